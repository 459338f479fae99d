import { flag, text, texts } from "../config/option.ts";
import { placeOptions } from "./place-options.ts";
import { runnerOptions } from "./runner.ts";
import { tapeOptions } from "./tape-options.ts";
import { changerOptions } from "./volume-options.ts";
import { watchOptions } from "./watch-import.ts";

/** Whose list is wanted. */
export const importRequestorOption = text(
  "Take only a list for this requestor; what the config file says for it holds",
  {
    placeholder: "NAME",
  },
);

/** Flags of an import that a requestor's entry in the config file may hold. */
export const importOptions = {
  from: text("Place to collect the delivery from: a path, sftp://, smb://, media:, tape:", { placeholder: "PLACE" }),
  postoffice: text("Root of the postoffice: the folder that holds GLB", { placeholder: "DIR" }),
  admin: text("Mailbox of the postoffice's administrator [admin]", { placeholder: "MAILBOX" }),
  mend: flag("Empty or delete what an earlier import left behind, after a snapshot, instead of refusing"),
  "keep-local": flag("Extract the lists before and after (IMPORT -x) and keep what the import took from them"),
  "add-back": flag("The same, and add it back (IMPORT -f -a) and prove it"),
  rebuild: flag("Run REBUILD -f afterwards, so that the Global Address List shows it"),
  ...changerOptions,
  ...tapeOptions,
  "trusted-key": texts("Take only deliveries signed with this key; repeatable", { placeholder: "FILE|KEY" }),
  "allow-older": flag("With trusted keys: also one older than the one last imported"),
  again: flag("Import a list that was imported here already once more"),
  "exit-unchanged": flag("Exit 10 when this very list was imported here already"),
  ...watchOptions,
  ...runnerOptions,
  "dry-run": flag("Read everything, change nothing, print what would be done", { alias: "n" }),
  ...placeOptions,
} as const;
