// npm run bench:glb [-- --entries N --rounds N --keep DIR]: a master list of a million made-up entries, read by `resync inspect`, counted by
// `strings FILE | wc -l`, and compared with another one, in which one entry in a hundred differs, by `resync diff`. Each is a process of its
// own, timed from its start to its end; the rounds are interleaved, so the ratio holds on a busy machine too.
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { encodeGlb } from "../dist/glb/write.js";
import { generatedLists } from "../dist/simulator/dss/directory/generated.js";
import { masterListRecords } from "../dist/simulator/dss/master-list.js";
import { measure, median } from "./measure.js";

const { values } = parseArgs({
  options: { entries: { type: "string", default: "1000000" }, rounds: { type: "string", default: "5" } },
});
const entries = Number(values.entries);
const rounds = Number(values.rounds);
const say = (text) => process.stdout.write(`${text}\n`);

const program = fileURLToPath(new URL("../bin/resync.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "resync-bench-"));
try {
  const before = await writeList("BEFORE.GLB", (record) => [record]);
  const after = await writeList("AFTER.GLB", oneInAHundredDiffers);
  const [{ model }] = cpus();
  say(
    `${entries.toLocaleString("en")} entries, ${(statSync(before).size / 1e6).toFixed(0)} MB; ${rounds} rounds, medians; ` +
      `Node ${process.version}, ${cpus().length} × ${model}`,
  );
  say(show(await race(before, after)));
} finally {
  rmSync(folder, { recursive: true });
}

/** Runs all contenders `rounds` times, one after the other in each round. */
async function race(before, after) {
  const contenders = {
    "strings FILE | wc -l": () => measure("sh", ["-c", `strings '${before}' | wc -l`]),
    "resync inspect": () => measure(process.execPath, [program, "inspect", before]),
    // Ends with 1, as diff does: there are differences.
    "resync diff": () => measure(process.execPath, [program, "diff", before, after, "--limit", "1"], { code: 1 }),
  };
  const results = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      results.set(name, [...(results.get(name) ?? []), await run()]);
    }
  }
  return results;
}

function show(results) {
  const table = new Table({
    head: ["", "seconds", "to strings", "memory"],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right"],
  });
  const yardstick = results.get("strings FILE | wc -l");
  for (const [name, all] of results) {
    const ratio = median(all.map((result, round) => result.seconds / yardstick[round].seconds));
    table.push([
      name,
      median(all.map(({ seconds }) => seconds)).toFixed(2),
      `${ratio.toFixed(2)} ×`,
      `${(median(all.map(({ bytes }) => bytes)) / 1e6).toFixed(0)} MB`,
    ]);
  }
  return table.toString();
}

/** Writes the list that a simulated DSS would write, each record as what `change` makes of it. */
async function writeList(name, change) {
  const path = join(folder, name);
  const source = {
    header: { impSeq: 3, reqSeq: 17, srvSeq: 80 },
    lists: generatedLists(entries),
    uniqueEverywhere: true,
    now: new Date("1997-04-07T12:13:52Z"),
    onLeftOut: () => undefined,
  };
  await pipeline(encodeGlb(changed(masterListRecords(source), change)), createWriteStream(path));
  return path;
}

function* changed(records, change) {
  for (const record of records) yield* change(record);
}

/** By turns an entry less, a name that changed, an address that changed, and an entry more. */
function oneInAHundredDiffers(record) {
  if (!record.text.startsWith("A ") || record.sync % 100 !== 0) return [record];
  const more = (text) => ({ ...record, text });
  switch ((record.sync / 100) % 4) {
    case 0:
      return [];
    case 1:
      return [more(record.text.replace("\t", "+\t"))];
    case 2:
      return [more(`${record.text.slice(0, -1)}z`)];
    default:
      return [record, more(record.text.replace("\t", "=\t"))];
  }
}
