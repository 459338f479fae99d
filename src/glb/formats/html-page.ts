/** Everything of a page up to its content: it loads nothing, and its style suits light and dark, wide and narrow. */
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

/** A section with a heading. */
export function section(title: string, content: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>\n${content}\n</section>\n`;
}

/**
 * A table of escaped cells. Each cell knows its column's title, because in a narrow window rows become blocks and the head is not shown;
 * there an empty cell is not shown either.
 */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[], name = ""): string {
  const titles = head.map((title) => `<th scope="col">${title}</th>`).join("");
  const lines = rows.map(
    (row) => `<tr>${row.map((cell, index) => `<td data-title="${head[index] ?? ""}">${cell}</td>`).join("")}</tr>`,
  );
  return `<table class="${name}"><thead><tr>${titles}</tr></thead><tbody>\n${lines.join("\n")}\n</tbody></table>`;
}

/** JSON that cannot end the script element it stands in. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", String.raw`\u003c`);
}

const STYLE = `
:root { color-scheme: light dark; --bar: light-dark(#2f6f9f, #6fb1e0); --line: #8884; --soft: light-dark(#555, #aaa); }
body { font: 1rem/1.45 system-ui, sans-serif; margin: 0; }
main { max-width: 76rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
li { margin: .3rem 0; overflow-wrap: anywhere; } small { color: var(--soft); font-size: .9rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); white-space: pre-line; overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; }
.chart td:nth-child(2), .records td:first-child { text-align: right; white-space: nowrap; }
.chart td:nth-child(3) { width: 40%; vertical-align: middle; } .chart td:first-child { white-space: nowrap; }
.chart .of { display: block; } .chart td:first-child .of { padding-left: 1.5rem; }
.chart svg { width: 100%; height: .8rem; display: block; } .chart rect { fill: var(--bar); }
.chart .of svg { opacity: .65; }
.records td:nth-child(2) { white-space: nowrap; } .records td:nth-child(4) { min-width: 17rem; }
button.link { font: inherit; color: inherit; background: none; border: 0; padding: 0; text-decoration: underline dotted; cursor: pointer; text-align: left; }
input { font: inherit; width: min(24rem, 60vw); } summary { cursor: pointer; }
@media (max-width: 45rem) {
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } thead th { display: none; }
  tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0; }
  td { display: block; border: 0; padding: 0; } td:empty { display: none; }
  .records td[data-title]::before, .findings td[data-title]::before { content: attr(data-title) ": "; color: var(--soft); }
  .chart tr { display: grid; grid-template-columns: 1fr auto; column-gap: 1rem; }
  .chart td:nth-child(3), .chart td:nth-child(4) { grid-column: 1 / -1; width: auto; }
  .records td:first-child { text-align: left; } .records td:nth-child(4) { min-width: 0; }
}
`;
