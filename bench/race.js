import { createHash, randomFillSync } from "node:crypto";
import { closeSync, copyFileSync, createReadStream, openSync, rmSync, writeSync } from "node:fs";

/**
 * Lets all contenders carry files of `sizes` megabytes to and fro, `rounds` times, one after the other in each round, and checks what
 * arrived. `scratch` names files in a folder of the bench's own. Returns `Map<name, {contender, put, get}>`; `put` and `get` hold for each size
 * one measurement a round, together with that of the program's start just before it.
 */
export async function race({ all, sizes, rounds, scratch }) {
  const sources = new Map(sizes.map((size) => [size, makeFile(scratch(`source-${size}`), size * 1_000_000)]));
  const results = new Map(all.map((contender) => [contender.name, { contender, put: new Map(), get: new Map() }]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [size, source] of sources) {
      const wanted = await sha256(source);
      for (const act of ["put", "get"]) {
        for (const result of results.values()) {
          if (result.contender[act] === undefined) continue;
          const start = (await result.contender.start()).seconds;
          const measured = await carry(result.contender, act, source, scratch("back"), wanted);
          result[act].set(size, [...(result[act].get(size) ?? []), { ...measured, start }]);
        }
      }
    }
  }
  for (const source of sources.values()) rmSync(source);
  return results;
}

async function carry(contender, act, source, back, wanted) {
  if (act === "get") copyFileSync(source, contender.far);
  const measured = act === "put" ? await contender.put(source) : await contender.get(back);
  const arrived = act === "put" ? contender.far : back;
  if ((await sha256(arrived)) !== wanted) throw new Error(`${contender.name}, ${act}: the copy differs`);
  for (const file of [contender.far, back]) rmSync(file, { force: true });
  return measured;
}

function makeFile(path, bytes) {
  const block = randomFillSync(Buffer.alloc(1_000_000));
  const file = openSync(path, "w");
  for (let at = 0; at < bytes; at += block.length) {
    block.writeUInt32BE(at / block.length);
    writeSync(file, block, 0, Math.min(block.length, bytes - at));
  }
  closeSync(file);
  return path;
}

async function sha256(path) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 })) hash.update(chunk);
  return hash.digest("hex");
}
