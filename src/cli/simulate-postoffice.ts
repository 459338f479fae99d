import { relative, resolve } from "node:path";
import { choice, choiceOr, flag, text, texts } from "../config/option.ts";
import { EXIT, ResyncError } from "../errors.ts";
import { POSTOFFICE_FAILURE_NAMES } from "../simulator/postoffice/failures.ts";
import type { ExternalPostoffice } from "../simulator/postoffice/options.ts";
import { IMPORT_VERSIONS } from "../simulator/postoffice/simulation.ts";
import { SIMULATED_LAYOUT_NAMES } from "../simulator/layouts.ts";
import { defineCommand } from "./command.ts";

export const simulatePostofficeCommand = defineCommand({
  name: "simulate postoffice",
  summary: "Build a simulated MS Mail postoffice in a folder, to try things on",
  positionals: [{ name: "dir", describe: "Folder to build MAILDATA and MAILEXE in", required: true }],
  options: {
    name: text("Its own NETWORK/POSTOFFICE [SIMNET/SIMPO]", { placeholder: "NET/PO" }),
    dss: text("NETWORK/POSTOFFICE of the DSS it is registered with [SIMNET/SIMDSS]", { placeholder: "NET/PO" }),
    external: texts("An external postoffice it knows; repeatable", { placeholder: "NET/PO" }),
    pending: texts("A change waiting in REQTRANS.GLB, in the import grammar", { placeholder: "LINE" }),
    "lower-case": flag("Names of files and folders in lower case"),
    "import-version": choiceOr("Version of its IMPORT", IMPORT_VERSIONS, "3.5.34"),
    layout: choice("How records lie in its queue files (docs/simulator.md)", SIMULATED_LAYOUT_NAMES),
    failure: choice("Make IMPORT or REBUILD fail in this way (docs/simulator.md)", POSTOFFICE_FAILURE_NAMES),
  },
  exitStatus: [
    [EXIT.done, "built"],
    [EXIT.usage, "a name is impossible"],
  ],
  examples: [
    ["resync simulate postoffice try/po", "a fresh postoffice, as Mail 3.5 installs it"],
    ["resync simulate postoffice try/po --failure fatal-91", "one on which ADMIN is running"],
  ],
  async run(values, { dir = "" }, cli) {
    const { createPostoffice } = await import("../simulator/postoffice/create.ts");
    const built = await createPostoffice(resolve(cli.cwd, dir), {
      ...nameOf(values.name ?? "SIMNET/SIMPO"),
      dss: values.dss ?? "SIMNET/SIMDSS",
      external: (values.external ?? []).map(nameOf),
      pending: values.pending ?? [],
      lowerCase: values["lower-case"],
      simulation: {
        version: values["import-version"],
        ...(values.layout && { layout: values.layout }),
        ...(values.failure && { failure: values.failure }),
      },
    });
    const root = relative(cli.cwd, built.root);
    // Absolute: the program runs with the postoffice as its current folder.
    const programs = `node ${built.executables}/{program}.mjs`;
    return {
      exitCode: EXIT.done,
      outcome: "built",
      data: { root: built.root, programs: built.programs },
      text: [
        `A simulated postoffice stands in ${root}.`,
        'Its administrator is "admin", password "password".',
        "",
        "Try:",
        ...(process.platform === "win32"
          ? [
              "  set RESYNC_ADMIN_PASSWORD=password",
              `  resync import --from OUTBOX --postoffice ${root} ^`,
              `    --runner-command "${programs}"`,
            ]
          : [
              "  export RESYNC_ADMIN_PASSWORD=password",
              `  resync import --from OUTBOX --postoffice ${root} \\`,
              `    --runner-command '${programs}'`,
            ]),
      ].join("\n"),
    };
  },
});

function nameOf(text: string): Required<Pick<ExternalPostoffice, "network" | "postoffice">> {
  const [network = "", postoffice = "", ...rest] = text.split("/");
  if (network !== "" && postoffice !== "" && rest.length === 0) return { network, postoffice };
  throw new ResyncError("USAGE", { message: `"${text}" is no NETWORK/POSTOFFICE.`, state: "Nothing was built." });
}
