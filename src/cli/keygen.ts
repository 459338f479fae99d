import { resolve } from "node:path";
import { EXIT } from "../errors.ts";
import { wrap } from "../report/style.ts";
import { defineCommand } from "./command.ts";

export const keygenCommand = defineCommand({
  name: "keygen",
  summary: "Make a key pair to sign deliveries with",
  positionals: [{ name: "file", describe: "Private key to make; the public one goes to FILE.pub", required: true }],
  options: {},
  exitStatus: [
    [EXIT.done, "both files were made"],
    [EXIT.transfer, "a file of that name is there, or it could not be written"],
  ],
  examples: [
    ["resync keygen dirsync.key", "then: resync push … --sign-key dirsync.key"],
    ["resync import … --trusted-key dirsync.key.pub", "on the other side"],
  ],
  async run(_values, { file = "" }, cli) {
    const { makeKeyFiles } = await import("../transfer/signature/key-files.ts");
    const { showPublicKey } = await import("../transfer/signature/keys.ts");
    const { key, privateFile, publicFile } = await makeKeyFiles(resolve(cli.cwd, file));
    const publicKey = showPublicKey(key);
    const { width } = cli.style;
    const text = [
      `Key ${key.id} was made.`,
      `  Private   ${wrap(`${privateFile}, for --sign-key; it never leaves this machine`, width, " ".repeat(12))}`,
      `  Public    ${wrap(`${publicFile}, for --trusted-key on the side that imports`, width, " ".repeat(12))}`,
      "",
      "The public key in one word, which --trusted-key takes as well:",
      `  ${publicKey}`,
    ].join("\n");
    return {
      exitCode: EXIT.done,
      outcome: "made",
      data: { key: key.id, privateFile, publicFile, publicKey },
      text,
    };
  },
});
