/** Everything of a page up to its content: it loads nothing, and its style suits light and dark. */
export function pageHead(title: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>`;
}

/** Text within HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** JSON that cannot end the script element it stands in. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", String.raw`\u003c`);
}

const STYLE = `
:root { color-scheme: light dark; --bar: #2f6f9f; --line: #8884; }
body { font: 1rem/1.45 system-ui, sans-serif; margin: 0; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin-top: 2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid var(--line); white-space: pre-line; overflow-wrap: anywhere; }
.chart th { width: 16rem; font-weight: 400; } .chart td:nth-child(2) { width: 6rem; text-align: right; }
.chart svg { width: 100%; height: .8rem; display: block; } .chart rect { fill: var(--bar); }
input { font: inherit; width: min(24rem, 60vw); }
`;

/** The script of a page with records: searches them and shows them, some hundred at a time. */
export const PAGE_SCRIPT = `
"use strict";
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
    for (const value of records[found[drawn]]) row.insertCell().textContent = value === null ? "" : value;
  }
  more.hidden = drawn === found.length;
  shown.textContent = found.length.toLocaleString("en") + " of " + records.length.toLocaleString("en") + " records";
}
function find() {
  const wanted = search.value.toLowerCase();
  found = [];
  for (let index = 0; index < texts.length; index++) if (texts[index].includes(wanted)) found.push(index);
  rows.replaceChildren();
  drawn = 0;
  draw();
}
search.addEventListener("input", find);
more.addEventListener("click", draw);
const asked = /^#q=(.*)/.exec(location.hash);
if (asked) search.value = decodeURIComponent(asked[1]);
find();
`;
