import { networksOf, type Network } from "../networks.ts";
import type { ListSummary } from "../summary.ts";
import { count } from "../summary-text.ts";
import { escapeHtml, htmlTable, section } from "./html-page.ts";
import { listEffect } from "./list-effect.ts";

/**
 * A chart of addresses by network and postoffice, with what IMPORT does to each list. Above `most` lines only the networks are shown at once, and
 * the lists of each below them, folded away. A list's name is a button that shows its records.
 */
export function chartSection(lists: readonly ListSummary[], most: number): string {
  const title = "Addresses by network and postoffice";
  if (lists.length === 0) return section(title, "<p>No lists.</p>");
  const networks = networksOf(lists);
  const top = networks.reduce((highest, { adds }) => Math.max(highest, adds), 1);
  if (networks.length + lists.length <= most) {
    return section(title, chart(networks.flatMap((network) => [networkRow(network, top), ...listRows(network, top)])));
  }
  const folded = networks.map((network) => foldedLists(network)).join("\n");
  return section(title, `${chart(networks.map((network) => networkRow(network, top)))}\n${folded}`);
}

function foldedLists(network: Network): string {
  const top = network.lists.reduce((highest, { adds }) => Math.max(highest, adds), 1);
  const rows = listRows(network, top);
  if (rows.length === 0) return "";
  const summary = `${escapeHtml(network.network)}: ${count(rows.length, "list")}`;
  return `<details><summary>${summary}</summary>\n${chart(rows)}\n</details>`;
}

function chart(rows: readonly (readonly string[])[]): string {
  return htmlTable(["List", "Addresses", "", "What IMPORT will do"], rows, "chart");
}

/** A network's line; of one that has a single list, that list's. */
function networkRow({ network, adds, lists }: Network, top: number): string[] {
  const [only] = lists;
  if (only !== undefined && lists.length === 1) return row(only.list, "", only.adds, top, listEffect(only));
  return row(network, "", adds, top, count(lists.length, "list"));
}

/** The lines of its lists; none where the network's own line says it all. */
function listRows({ lists }: Network, top: number): string[][] {
  if (lists.length === 1) return [];
  return lists.map((list) => row(list.list, "of", list.adds, top, listEffect(list)));
}

function row(list: string, place: string, adds: number, top: number, effect: string): string[] {
  const width = adds === 0 ? "0" : Math.max(0.3, (adds / top) * 100).toFixed(1);
  const shown = escapeHtml(list);
  const searched = list.endsWith(":") ? shown : `${shown}/`;
  return [
    `<span class="${place}"><button type="button" class="link" data-list="${searched}">${shown}</button></span>`,
    adds.toLocaleString("en"),
    `<span class="${place}"><svg role="img" aria-label="${adds} addresses" viewBox="0 0 100 8" preserveAspectRatio="none"><rect width="${width}" height="8"/></svg></span>`,
    escapeHtml(effect),
  ];
}
