(function () {
  "use strict";
  var table = document.getElementById("reports"), body = table.tBodies[0], language = document.documentElement.lang;
  var rows = Array.prototype.slice.call(body.rows), heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  var order = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  function key(row, column, kind) {
    var cell = row.cells[column];
    if (kind === "text") { return cell.textContent; }
    var value = cell.dataset.value;
    return value === "" ? null : kind === "number" ? Number(value) : value;
  }
  function sort(head, column) {
    var kind = head.dataset.sort, was = head.getAttribute("aria-sort");
    var down = was ? was === "ascending" : kind !== "text", sign = down ? -1 : 1;
    var keyed = rows.map(function (row, place) { return [key(row, column, kind), place, row]; });
    keyed.sort(function (a, b) {
      if (a[0] === null || b[0] === null) { return (a[0] === null) - (b[0] === null) || a[1] - b[1]; }
      var way = kind === "text" ? order.compare(a[0], b[0]) : a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
      return sign * way || a[1] - b[1];
    });
    heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    var sorted = document.createDocumentFragment();
    keyed.forEach(function (entry) { sorted.appendChild(entry[2]); });
    body.appendChild(sorted);
  }
  heads.forEach(function (head, column) {
    if (!head.dataset.sort) { return; }
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", function () { sort(head, column); });
    head.replaceChildren(button);
  });

  var field = document.getElementById("find"), found = document.getElementById("found");
  function plain(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  var texts = rows.map(function (row) { return plain(row.textContent); });
  function find() {
    var words = plain(field.value).split(/\s+/).filter(Boolean), shown = 0;
    rows.forEach(function (row, i) {
      row.hidden = !words.every(function (word) { return texts[i].indexOf(word) >= 0; });
      if (!row.hidden) { shown += 1; }
    });
    var number = new Intl.NumberFormat(language);
    found.textContent = !words.length ? "" : !shown ? found.dataset.none : found.dataset.found
      .replace("{shown}", number.format(shown)).replace("{all}", number.format(rows.length));
  }
  field.addEventListener("input", find);
  document.querySelector(".finder").hidden = false;
  if (field.value) { find(); }

  var ago = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  document.querySelectorAll("#reports time").forEach(function (time) {
    var days = Math.round((new Date(time.dateTime) - Date.now()) / 864e5), note = document.createElement("span");
    note.className = "note";
    note.textContent = Math.abs(days) < 45 ? ago.format(days, "day")
      : Math.abs(days) < 700 ? ago.format(Math.round(days / 30.44), "month") : ago.format(Math.round(days / 365.25), "year");
    time.after(note);
  });
})();
