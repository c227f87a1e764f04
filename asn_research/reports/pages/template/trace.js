(function () {
  "use strict";
  function reveal() {
    var target = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    var closed = false;
    for (var part = target; part; part = part.parentElement) {
      if (part.tagName === "DETAILS" && !part.open) { part.open = true; closed = true; }
    }
    if (closed) { target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal);
  document.addEventListener("DOMContentLoaded", reveal);
  document.addEventListener("click", function (event) {
    var cell = event.target.closest("table.finding td.number");
    var link = cell && cell.parentElement.querySelector("th .cite");
    if (link && !String(window.getSelection())) { link.click(); }
  });
})();
