/** Columns of the table of records, in the order of each record's values. */
export const RECORD_COLUMNS = ["Sync", "Kind", "Name", "Address", "Details", "Problems"] as const;

/** The part of a page in which records are searched and shown. */
export const RECORDS_SECTION = `<section aria-labelledby="records-title">
<h2 id="records-title">Records</h2>
<p><label for="search">Search</label> <input id="search" type="search" autocomplete="off" spellcheck="false"> <output id="shown" for="search"></output></p>
<table class="records">
<thead><tr>${RECORD_COLUMNS.map((title) => `<th scope="col">${title}</th>`).join("")}</tr></thead>
<tbody id="rows"></tbody>
</table>
<p><button id="more" type="button" hidden>Show more</button></p>
<noscript><p>The table needs JavaScript; the numbers above do not.</p></noscript>
</section>`;

/**
 * The script of that part: finds records that hold all words, and shows 200 at a time, so that 100,000 of them stay usable. A button with a
 * list's name searches for it; `#q=TEXT` behind the page's address searches at once.
 */
export const PAGE_SCRIPT = `
"use strict";
const titles = ${JSON.stringify(RECORD_COLUMNS)};
const records = JSON.parse(document.getElementById("records").textContent);
const texts = records.map((record) => record.join("\\n").toLowerCase());
const search = document.getElementById("search");
const rows = document.getElementById("rows");
const shown = document.getElementById("shown");
const more = document.getElementById("more");
let found = [];
let drawn = 0;
function draw() {
  const until = Math.min(found.length, drawn + 200);
  for (; drawn < until; drawn++) {
    const row = rows.insertRow();
    records[found[drawn]].forEach((value, index) => {
      const cell = row.insertCell();
      cell.dataset.title = titles[index];
      cell.textContent = value === null ? "" : value;
    });
  }
  more.hidden = drawn === found.length;
  const count = (number) => number.toLocaleString("en");
  const part = drawn < found.length ? ", the first " + count(drawn) + " shown" : "";
  shown.textContent = count(found.length) + " of " + count(records.length) + " records" + part;
}
function find() {
  const words = search.value.toLowerCase().split(/\\s+/).filter((word) => word !== "");
  found = [];
  for (let index = 0; index < texts.length; index++) {
    if (words.every((word) => texts[index].includes(word))) found.push(index);
  }
  rows.replaceChildren();
  drawn = 0;
  draw();
}
search.addEventListener("input", find);
more.addEventListener("click", draw);
document.addEventListener("click", (event) => {
  const list = event.target.dataset ? event.target.dataset.list : undefined;
  if (list === undefined) return;
  search.value = list;
  find();
  search.scrollIntoView();
  search.focus();
});
const asked = /^#q=(.*)/.exec(location.hash);
if (asked) search.value = decodeURIComponent(asked[1]);
find();
`;
