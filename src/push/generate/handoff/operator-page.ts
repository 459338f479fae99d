import iconv from "iconv-lite";
import { DXA_KEY, TRIGGER_VALUE } from "../dss-host.ts";
import { keptName } from "./kept.ts";
import { HANDOFF } from "./names.ts";
import type { HandoffPlan } from "./request.ts";

const COLUMNS = 78;

/** OPERATOR.TXT: what to do at the console, for whoever stands there. In the DSS's own code page, CR LF, at most 80 columns. */
export function operatorPage(plan: HandoffPlan, id: string): Uint8Array {
  const text = [
    "HOW TO HAVE THIS EXCHANGE SERVER WRITE A MASTER LIST FOR MICROSOFT MAIL",
    "=".repeat(71),
    `Run ${id}`,
    "",
    "The list is for:",
    ...plan.requestors.map((name) => `  * ${name}`),
    "",
    ...part(1, "What you need"),
    ...item(
      "The Exchange server that holds the Dirsync Server object, an account of its Administrators group, and this folder, with room for the list: on a disk that is carried, or on a share.",
    ),
    ...item(
      "About ten minutes. Directory synchronization with Microsoft Mail pauses for one or two of them; mail does not.",
    ),
    "",
    ...part(2, "What to do"),
    ...item("Open a command prompt, change to this folder, and type: RESYNC"),
    ...item("A folder on a share needs a drive letter first: NET USE X: \\\\SERVER\\SHARE"),
    ...item(
      `It backs up the registry key of the service, names the list's requestors there, restarts the service "${plan.displayName}", waits until it has written ${HANDOFF.list}, and copies that file here.`,
    ),
    ...item("If NET asks whether to stop other services too, answer N: none should depend on this one (Q143380)."),
    ...item(`When it says "Done", bring back this folder with all its files.`),
    ...item(
      `If it asks for another folder than ${plan.dxadata}, correct the line SET DXADATA= near the beginning of ${HANDOFF.command}. If the list does not fit here, set a folder with room behind SET OUT= and bring ${HANDOFF.list} from there.`,
    ),
    "",
    ...part(3, "If something goes wrong"),
    ...item("RESYNC puts everything back by itself and says why it ended. Please bring the folder back all the same."),
    ...item("If it was interrupted (window closed, power failure), type: RESYNC PUTBACK"),
    "",
    ...part(4, `By hand, if ${HANDOFF.command} cannot be used (Q150976)`),
    ...item("Start REGEDT32 (not REGEDIT) and go to this key; save it first with Registry, Save Key:"),
    `      ${DXA_KEY.slice(0, 44)}`,
    `      ${DXA_KEY.slice(44)}`,
    ...item(
      `Edit, Add Value: name ${TRIGGER_VALUE}, type REG_MULTI_SZ. Type the names above, one a line, exactly as they stand there. OK.`,
    ),
    ...item(
      `Move an earlier Resync.glb out of ${plan.dxadata}. Then stop and start the service in Control Panel, Services.`,
    ),
    ...item(
      `Wait until the value is gone (View, Refresh All) and Resync.glb can be copied; bring a copy, then rename the one in the folder to ${keptName(id).written}.`,
    ),
    ...item(`To put back: delete the value ${TRIGGER_VALUE} in REGEDT32 if it is still there, and start the service.`),
    "",
  ];
  return iconv.encode(text.map((line) => `${line}\r\n`).join(""), plan.ansi);
}

function part(number: number, title: string): string[] {
  const line = `${number}. ${title}`;
  return [line, "-".repeat(line.length)];
}

/** A paragraph behind a dash, wrapped. */
function item(text: string): string[] {
  const lines: string[] = [];
  let line = "  -";
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = `    ${word}`;
    } else line += ` ${word}`;
  }
  return [...lines, line];
}
