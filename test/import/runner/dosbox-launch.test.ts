import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LAUNCH_COM } from "../../../src/import/runner/dosbox/launch-com.ts";
import { need } from "../../support/need.ts";

const SOURCE = join(import.meta.dirname, "../../../src/import/runner/dosbox/launch.asm");

it.skipIf(!need("nasm"))("launch-com.ts holds what launch.asm assembles to", async () => {
  const folder = await mkdtemp(join(tmpdir(), "resync-launch-"));
  try {
    execFileSync("nasm", ["-f", "bin", "-o", join(folder, "LAUNCH.COM"), SOURCE]);
    const assembled = await readFile(join(folder, "LAUNCH.COM"));
    expect(LAUNCH_COM.toString("base64"), "the new base64 for launch-com.ts").toBe(assembled.toString("base64"));
  } finally {
    await rm(folder, { recursive: true });
  }
});
