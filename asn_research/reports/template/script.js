(function () {
  "use strict";
  var links = {};
  document.querySelectorAll(".contents a").forEach(function (link) { links[link.hash.slice(1)] = link; });
  var sections = Array.prototype.slice.call(document.querySelectorAll("section.level"));
  function mark() {
    var current = sections[0];
    sections.forEach(function (section) {
      if (section.getBoundingClientRect().top < window.innerHeight * 0.3) { current = section; }
    });
    Object.keys(links).forEach(function (id) {
      if (current && id === current.id) { links[id].setAttribute("aria-current", "true"); }
      else { links[id].removeAttribute("aria-current"); }
    });
  }
  var waiting = false;
  window.addEventListener("scroll", function () {
    if (waiting) { return; }
    waiting = true;
    window.requestAnimationFrame(function () { waiting = false; mark(); });
  }, { passive: true });
  mark();
  var contents = document.querySelector(".contents details");
  if (contents && window.matchMedia("(max-width: 60rem)").matches) { contents.open = false; }
})();
