(function () {
  "use strict";
  var contents = document.querySelector(".contents details");
  if (contents && !window.matchMedia("(max-width: 60rem)").matches) { contents.open = true; }
  document.addEventListener("DOMContentLoaded", function () {
    var pane = document.querySelector(".contents"), links = {}, current = null, waiting = false;
    document.querySelectorAll(".contents a").forEach(function (link) { links[link.hash.slice(1)] = link; });
    var sections = Array.prototype.slice.call(document.querySelectorAll("section.level"));
    function mark() {
      var reading = sections[0];
      waiting = false;
      sections.forEach(function (section) {
        if (section.getBoundingClientRect().top < window.innerHeight * 0.3) { reading = section; }
      });
      if (!reading || reading === current) { return; }
      current = reading;
      Object.keys(links).forEach(function (id) {
        if (id === current.id) { links[id].setAttribute("aria-current", "location"); }
        else { links[id].removeAttribute("aria-current"); }
      });
      var link = links[current.id], room = pane.clientHeight;
      if (link && pane.scrollHeight > room) { pane.scrollTop = link.offsetTop - room / 2; }
    }
    window.addEventListener("scroll", function () {
      if (!waiting) { waiting = true; window.requestAnimationFrame(mark); }
    }, { passive: true });
    window.requestAnimationFrame(mark);
  });
})();
