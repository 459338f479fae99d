import Table from "cli-table3";
import { median } from "./measure.js";

/** Seconds of moving below which a ratio of two of them is noise. */
const TOO_SHORT = 0.05;

/**
 * The medians of one act as a table of 80 columns. Under each time stands its ratio to the peer's in the same round, and in brackets the
 * same with the start of both programs taken off. The last column is the peak memory at the largest size, in megabytes.
 */
export function show(title, act, results, { sizes, rounds }) {
  const table = new Table({
    head: [`${rounds} rounds`, "start", ...sizes.map(sizeName), "MB"],
    colWidths: [22, 7, ...sizes.map(() => Math.floor(39 / sizes.length)), 5],
    colAligns: ["left", ...sizes.map(() => "right"), "right", "right"],
    style: { head: [], border: [] },
  });
  for (const [name, result] of results) {
    if (result[act].size === 0) continue;
    const start = median([...result[act].values()].flat().map((one) => one.start));
    const peer = results.get(result.contender.peer);
    const cells = sizes.map((size) => cell(result[act].get(size), peer?.[act].get(size)));
    table.push([name, start.toFixed(2), ...cells, peakOf(result[act].get(sizes.at(-1)))]);
  }
  return `${title}\n${table.toString()}\n`;
}

function cell(all, theirs) {
  const seconds = `${median(all.map((one) => one.seconds)).toFixed(2)} s`;
  if (theirs === undefined) return seconds;
  const ratio = (of) => median(all.map((one, round) => of(one) / of(theirs[round]))).toFixed(2);
  const moving = ({ seconds: whole, start }) => whole - start;
  const short = median(theirs.map(moving)) < TOO_SHORT;
  return `${seconds}\n${ratio((one) => one.seconds)} (${short ? "–" : ratio(moving)})`;
}

function peakOf(all) {
  const peak = median(all.map(({ bytes }) => bytes));
  return peak === 0 ? "–" : (peak / 1e6).toFixed(0);
}

function sizeName(megabytes) {
  return megabytes < 1 ? `${megabytes * 1000} KB` : `${megabytes} MB`;
}
