import { formatHeader } from "../../../../glb/header.ts";
import type { GlbRecord } from "../../../../glb/record.ts";
import { formatList } from "../../address.ts";
import { writeQueue } from "../../queue.ts";
import { decodeServerConfig } from "../../records/config.ts";
import type { ImportRun } from "../run.ts";
import { addRecord } from "./lines.ts";
import { addLines, externalLists, ownList } from "./lists.ts";
import { writeTextFile } from "./text-file.ts";

/**
 * `-s` writes RESYNC.GLB: a header with the largest ReqSync of all requestors and the server's SrvSync, then each list, the own users' first
 * (Q119449). `-st -f<file>` writes the same names as text (Q117329). Only on the DSS: message 67 (Q96003).
 */
export async function runResyncExtract(run: ImportRun): Promise<void> {
  const { files, log, options } = run;
  if (!files.exists("GLB/SRVCONF.GLB")) return log.message("Error", 67);
  const lists = [ownList(files), ...externalLists(files)];
  if (options.mode === "resync-text")
    return writeTextFile(
      run,
      lists.map((list) => addLines(list)),
    );
  await writeQueue(files, "RESYNC", resyncRecords(run, lists));
}

/** Lists without names are left out; how IMPSEQ is chosen is undocumented: this postoffice's own ImportSync. */
function* resyncRecords(run: ImportRun, lists: ReturnType<typeof externalLists>): Generator<GlbRecord> {
  const { srvSync, requestors } = decodeServerConfig(run.files.read("GLB/SRVCONF.GLB"));
  const stamp = Math.floor(run.call.clock.now().getTime() / 1000);
  const reqSeq = requestors.reduce((highest, { reqSync }) => Math.max(highest, reqSync), 0);
  let sync = 0;
  yield { sync: sync++, stamp, text: formatHeader({ impSeq: run.config.importSync, reqSeq, srvSeq: srvSync }) };
  for (const { list, names } of lists) {
    let first = true;
    for (const name of names()) {
      if (first) yield { sync: sync++, stamp, text: `R ${formatList(list)}` };
      first = false;
      yield { sync: sync++, stamp, text: addRecord(name) };
    }
  }
}
