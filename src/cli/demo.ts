import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { flag, wholeNumber } from "../config/option.ts";
import { noConfigFile } from "../config/file.ts";
import { resolveOptions } from "../config/resolve.ts";
import { settingsFrom } from "../config/settings.ts";
import { EXIT, ResyncError } from "../errors.ts";
import { defineCommand, type CliContext, type Command, type CommandResult } from "./command.ts";
import { importCommand } from "./import.ts";
import { pushCommand } from "./push.ts";

/** The demo's accounts; they open nothing but what the demo builds. */
const SSH = { user: "resync", password: "demo-ssh-password" };
const ADMIN_PASSWORD = "password";
const REQUESTOR = "HARBOUR";

export const demoCommand = defineCommand({
  name: "demo",
  summary: "The whole round trip on simulated systems, over a real SFTP connection",
  positionals: [{ name: "dir", describe: "Folder to keep everything in; else a temporary one", required: false }],
  options: {
    entries: wholeNumber("Addresses in the simulated directory: 10 to 1000000", { least: 10, fallback: 5000 }),
    rebuild: flag("Also rebuild the Global Address List", { fallback: true }),
  },
  exitStatus: [[EXIT.done, "the list arrived, and the import was proved"]],
  examples: [
    ["resync demo", "a few seconds; leaves nothing behind"],
    ["resync demo try", "keeps both simulated systems in try, to look into"],
  ],
  async run({ entries, rebuild }, { dir }, cli) {
    const folder = dir === undefined ? await mkdtemp(join(tmpdir(), "resync-demo-")) : resolve(cli.cwd, dir);
    try {
      return await roundTrip(folder, { entries, rebuild, keep: dir !== undefined }, cli);
    } finally {
      if (dir === undefined) await rm(folder, { recursive: true, force: true });
    }
  },
});

async function roundTrip(
  folder: string,
  { entries, rebuild, keep }: { entries: number; rebuild: boolean; keep: boolean },
  outer: CliContext,
): Promise<CommandResult> {
  const { createDss } = await import("../simulator/dss/create.ts");
  const { createPostoffice } = await import("../simulator/postoffice/create.ts");
  const { startSftpServer } = await import("../simulator/sftp-server/server.ts");
  const say = (text: string) => outer.reporter.emit({ type: "note", text, facts: {} });
  const dss = await createDss(join(folder, "dss"), { entries, requestors: ["NORTH/PO1", REQUESTOR] });
  const postoffice = await createPostoffice(join(folder, "postoffice"), {
    dss: "SIMNET/SIMDSS",
    gateways: [{ type: "SMTP" }, { type: "FAX" }],
    simulation: { version: "3.5.34" },
  });
  const inbox = join(folder, "inbox");
  await mkdir(inbox, { recursive: true });
  const server = await startSftpServer({ root: inbox, users: { [SSH.user]: { password: SSH.password } } });
  try {
    const knownHosts = join(folder, "known_hosts");
    await writeFile(knownHosts, `${server.knownHostsLine}\n`);
    const place = `sftp://${SSH.user}@127.0.0.1:${server.port}/`;
    const ssh = { "known-hosts": knownHosts };
    const cli = demoContext(folder, outer);
    say(
      `Simulated: a DSS with ${dss.entries.toLocaleString("en-US")} recipients, a fresh postoffice, an SFTP server on port ${server.port}.`,
    );
    const pushed = await runAs(
      pushCommand,
      { dss: `simulated:${dss.dir}`, requestor: REQUESTOR, to: place, poll: "100ms", settle: "100ms", ...ssh },
      cli,
    );
    if (pushed.text !== undefined && !outer.json) outer.write(`\n${pushed.text}\n\n`);
    const runner = `"${process.execPath}" "${postoffice.executables}/{program}.mjs"`;
    const where = { from: place, postoffice: postoffice.root, "runner-command": runner, ...ssh };
    const imported = await runAs(importCommand, { ...where, rebuild }, cli);
    const kept = keep ? `\n\nEverything is kept in ${folder}: look around.` : "";
    return {
      exitCode: imported.exitCode,
      outcome: imported.outcome,
      data: { push: pushed.data, import: imported.data },
      text: `\n${imported.text ?? ""}${kept}`,
    };
  } finally {
    await server.close();
  }
}

/** The demo's own world: its state folder, its secrets, nobody to ask, and nothing of what the user's config file says. */
function demoContext(folder: string, outer: CliContext): CliContext {
  return {
    ...outer,
    cwd: folder,
    stateDir: join(folder, "state"),
    settings: settingsFrom(noConfigFile, { flags: {}, environment: {}, profile: undefined }),
    interactive: false,
    confirm: async () => false,
    secret: (name) => async () =>
      name === "ssh-password" ? SSH.password : name === "admin-password" ? ADMIN_PASSWORD : undefined,
  };
}

/** Runs a command as the command line would, with nothing but these flags. */
async function runAs(
  command: Command,
  flags: Readonly<Record<string, unknown>>,
  cli: CliContext,
): Promise<CommandResult> {
  const settled = resolveOptions(command.options, { flags, environment: {}, profile: {}, config: {}, file: "" });
  if (!settled.ok)
    throw new ResyncError("CONTRACT", {
      message: `The demo cannot run ${command.name}: ${settled.problems.join("; ")}`,
    });
  return command.run(settled.values, {}, cli);
}
