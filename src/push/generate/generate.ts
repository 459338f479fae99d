import { rm } from "node:fs/promises";
import type { RunContext } from "../../context.ts";
import { asResyncError, EXIT, throwIfAborted, type ResyncError } from "../../errors.ts";
import { step } from "../../report/step.ts";
import { backUpKey } from "./backup.ts";
import { changeLog } from "./change.ts";
import { checkDss, type DssFindings } from "./check.ts";
import type { DssHost } from "./dss-host.ts";
import { locateDxadata, readServiceValues } from "./locate.ts";
import { produce } from "./produce.ts";
import { withReadOnlyHost } from "./read-only-host.ts";
import { checkKick, checkRequestors, refusePresent, type Generated, type GenerateRequest } from "./request.ts";
import { leaveAsFound, undo } from "./settle.ts";
import { tellPlan } from "./tell-plan.ts";

/**
 * Has the DSS write its master list for the named requestors and takes a private copy. Checks everything first; then backs up the
 * service's key, sets aside an earlier Resync.glb, writes `ResyncConnectionRDNs`, restarts the service, waits for the file, and puts
 * everything back (DESIGN §5). Every change is journaled before it is made. The DSS's own Resync.glb stays in Dxadata until
 * `finishOnDss`.
 *
 * On any failure, and when the run's signal aborts, everything is put back first and the error's `state` says what is now where.
 * `DSS_NOT_READY`, `PREFLIGHT_REFUSED`: before the first change. `SERVICE_*`, `NOT_PRODUCED`: the DSS did not do its part.
 * With `context.dryRun` everything is read, nothing changed, the acts are told as `would`, and `undefined` is returned.
 */
export async function generate(
  host: DssHost,
  request: GenerateRequest,
  context: RunContext,
): Promise<Generated | undefined> {
  checkRequestors(request.requestors);
  checkKick(request);
  if (context.dryRun) {
    const readOnly = withReadOnlyHost(host);
    const findings = await survey(readOnly, request, context);
    await backUp(readOnly, undefined, context);
    await tellPlan(readOnly, request, findings, context);
    return undefined;
  }
  await refusePresent(request.privateCopy, request.backupFile);
  const findings = await survey(host, request, context);
  throwIfAborted(context.signal);
  await backUp(host, request.backupFile, context);
  const changes = changeLog(host, context);
  try {
    const list = await produce({ host, request, findings, changes, context });
    await leaveAsFound(host, request, changes.made, context);
    throwIfAborted(context.signal);
    return list;
  } catch (error) {
    await rm(request.privateCopy, { force: true });
    throw await undo(host, request, changes.made, context, error);
  }
}

async function survey(host: DssHost, request: GenerateRequest, context: RunContext): Promise<DssFindings> {
  try {
    return await lookAround(host, request, context);
  } catch (error) {
    throw beforeFirstChange(asResyncError(error));
  }
}

/** Whatever may not be read before the first change is a check that said no, and no failed transfer. */
function beforeFirstChange(error: ResyncError): ResyncError {
  return error.with({
    state: error.state ?? "Nothing was changed on the DSS.",
    ...(error.exitCode === EXIT.transfer ? { exitCode: EXIT.preflight } : {}),
  });
}

async function lookAround(host: DssHost, request: GenerateRequest, context: RunContext): Promise<DssFindings> {
  const { reporter } = context;
  const located = await step(reporter, "dss-locate", "Find Dxadata on the DSS", async () => {
    const values = await readServiceValues(host);
    const folders = await locateDxadata(host, values);
    return { found: `${folders.dxadata} (${folders.source})`, facts: { ...folders }, value: { values, folders } };
  });
  return step(reporter, "dss-check", "Check that the DSS is ready", async () => {
    const findings = await checkDss(host, request, located, context);
    const { service, dxaVersion, stale } = findings;
    const version = dxaVersion === undefined ? "version of Dxa.exe unknown" : `Dxa.exe ${dxaVersion}`;
    return { found: `service ${service}, ${version}`, facts: { service, dxaVersion, stale }, value: findings };
  });
}

async function backUp(host: DssHost, file: string | undefined, { reporter }: RunContext): Promise<void> {
  await step(reporter, "dss-backup", "Back up the service's registry key", async () => {
    const { size, values } = await backUpKey(host, file);
    const where = file === undefined ? "not kept" : `in ${file}`;
    return { found: `${values} values, read back the same, ${where}`, facts: { size, values, file }, value: undefined };
  });
}
