import { copyFileSync } from "node:fs";
import { hasCode } from "../../../../errors.ts";
import { parseHeader } from "../../../../glb/header.ts";
import type { GlbHeader } from "../../../../glb/record.ts";
import { ACKNOWLEDGEMENT, readQueue, writeQueue } from "../../queue.ts";
import { encodeRequestorConfig, type RequestorConfig } from "../../records/config.ts";
import { beforeStep, fails } from "../call.ts";
import { stopWith, type ImportRun } from "../run.ts";

/**
 * RESYNC.GLB comes before anything else (Q96060): it is copied over SRVTRANS.GLB (Q119449) and its header's numbers go to
 * REQCONF.GLB and REQTRANS.GLB (Q119452). Fatal 14 on the DSS (Q119014; the number is an assumption), without a header, and when a
 * number lies below this postoffice's own (Q215505; that this is the test is an assumption).
 */
export async function takeResync(run: ImportRun): Promise<void> {
  const { files, log, call } = run;
  if (!files.exists("GLB/RESYNC.GLB")) return;
  if (isServer(run)) throw stopWith(log, 14);
  await beforeStep(call);
  copyFileSync(files.path("GLB/RESYNC.GLB"), files.path("GLB/SRVTRANS.GLB"));
  const header = await readHeader(run);
  if (header === undefined || isBelow(header, run.config) || fails(call, "fatal-14")) {
    throw stopWith(log, 14);
  }
  await beforeStep(call);
  if (!fails(call, "numbers-not-reset")) await resetNumbers(run, header);
}

function isServer(run: ImportRun): boolean {
  return fails(run.call, "refuses-on-dss") || run.files.exists("GLB/SRVCONF.GLB");
}

/** The numbers of the first record, if it can be read and names them. */
async function readHeader({ files }: ImportRun): Promise<GlbHeader | undefined> {
  try {
    for await (const record of readQueue(files, "SRVTRANS")) return parseHeader(record.text);
    return undefined;
  } catch (error) {
    if (hasCode(error, "FILE_NOT_USABLE")) return undefined;
    throw error;
  }
}

function isBelow(header: GlbHeader, config: RequestorConfig): boolean {
  return header.reqSeq < config.reqSync || header.srvSeq < config.srvSync || header.impSeq < config.importSync;
}

/** What waits in REQTRANS.GLB up to the new ReqSync is lost (Q119450); that later entries stay behind the acknowledgement is an assumption. */
async function resetNumbers({ files, log, config, call }: ImportRun, header: GlbHeader): Promise<void> {
  const changed = { ...config, reqSync: header.reqSeq, srvSync: header.srvSeq, importSync: header.impSeq };
  files.write("GLB/REQCONF.GLB", encodeRequestorConfig(changed));
  if (!files.exists("GLB/REQTRANS.GLB")) log.message("Warning", 2, "REQTRANS");
  const stamp = Math.floor(call.clock.now().getTime() / 1000);
  const kept = [{ sync: header.reqSeq, stamp, text: ACKNOWLEDGEMENT }];
  for await (const record of readQueue(files, "REQTRANS")) if (record.sync > header.reqSeq) kept.push(record);
  await writeQueue(files, "REQTRANS", kept);
}
