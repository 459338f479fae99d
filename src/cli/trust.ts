import { resolve } from "node:path";
import { flag, text } from "../config/option.ts";
import { EXIT, ResyncError } from "../errors.ts";
import type { ShownHostKey, Trusted } from "../transfer/ssh/trust.ts";
import { defineCommand, type CliContext } from "./command.ts";

export const trustCommand = defineCommand({
  name: "trust",
  summary: "Record an SSH server's host key after showing its fingerprint",
  positionals: [{ name: "host", describe: "HOST, HOST:PORT or an sftp:// place", required: true }],
  options: {
    fingerprint: text("Trust the key only if this is its fingerprint; asks nobody", { placeholder: "SHA256:…" }),
    "known-hosts": text("File to write, instead of resync's own", { placeholder: "FILE" }),
    replace: flag("Take the place of another key that is known for this host"),
    hashed: flag("Write the host's name hashed"),
    "legacy-algorithms": flag("Also offer the weak algorithms that old SSH servers need"),
  },
  exitStatus: [
    [EXIT.done, "the key is trusted"],
    [EXIT.usage, "nobody can be asked, and no --fingerprint is given"],
    [EXIT.connection, "no connection, another key than known, or not confirmed"],
  ],
  examples: [
    ["resync trust gw.example:2022", "shows the fingerprint and asks"],
    ["resync trust gw.example --fingerprint SHA256:…", "for scripts"],
  ],
  async run(values, { host = "" }, cli) {
    const { fingerprint } = values;
    if (fingerprint === undefined && !cli.interactive) throw nobodyToAsk();
    const { trustHost } = await import("../transfer/ssh/trust.ts");
    const trusted = await trustHost(host, {
      confirm: async (shown) => (fingerprint === undefined ? ask(shown, cli) : compare(shown, fingerprint)),
      replace: values.replace,
      hashed: values.hashed,
      legacyAlgorithms: values["legacy-algorithms"],
      reporter: cli.reporter,
      signal: cli.signal,
      ...(values["known-hosts"] && { knownHostsFile: resolve(cli.cwd, values["known-hosts"]) }),
    });
    const declined = trusted.outcome === "declined";
    return {
      exitCode: declined ? EXIT.connection : EXIT.done,
      outcome: trusted.outcome,
      data: trusted,
      text: show(trusted),
    };
  },
});

async function ask(shown: ShownHostKey, cli: CliContext): Promise<boolean> {
  cli.write(`${shown.host} port ${shown.port} shows the key\n  ${shown.keyType} ${shown.fingerprint}\n`);
  for (const { fingerprint, keyType } of shown.known) cli.write(`  known so far: ${keyType} ${fingerprint}\n`);
  return cli.confirm("Is this the fingerprint that the server's administrator gave you?");
}

function compare(shown: ShownHostKey, wanted: string): boolean {
  if (shown.fingerprint === wanted) return true;
  throw new ResyncError("HOST_KEY_CHANGED", {
    message: `${shown.host} port ${shown.port} shows ${shown.keyType} ${shown.fingerprint}, not ${wanted}.`,
    state: "The key was not recorded.",
    hint: "Ask the server's administrator for the fingerprint again. If theirs is another one than shown here, somebody stands between you and the server.",
    facts: { offered: shown.fingerprint, wanted },
  });
}

function show({ outcome, shown, file, stillTrusted }: Trusted): string {
  const key = `${shown.keyType} ${shown.fingerprint}`;
  const still = stillTrusted
    .map((where) => `\nAnother key of this host still stands in ${where}; remove it there.`)
    .join("");
  switch (outcome) {
    case "added":
      return `Trusted: ${key} of ${shown.host} port ${shown.port}, recorded in ${file}.${still}`;
    case "replaced":
      return `Trusted instead of the old key: ${key} of ${shown.host} port ${shown.port}, recorded in ${file}.${still}`;
    case "known already":
      return `Known already: ${key} of ${shown.host} port ${shown.port} stands in ${file}.`;
    case "declined":
      return "Not trusted; nothing was recorded.";
  }
}

function nobodyToAsk(): ResyncError {
  return new ResyncError("USAGE", {
    message: "Nobody sits at this terminal to compare the fingerprint.",
    state: "Nothing was recorded.",
    hint: "Give the right one with --fingerprint SHA256:…, as ssh-keygen -l shows it on the server.",
  });
}
