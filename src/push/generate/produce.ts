import type { RunContext } from "../../context.ts";
import { step } from "../../report/step.ts";
import type { ChangeLog } from "./change.ts";
import type { DssFindings } from "./check.ts";
import { DXA_KEY, DXA_SERVICE, TRIGGER_VALUE, type DssHost, type EventMark } from "./dss-host.ts";
import { markEvents } from "./events.ts";
import { withFolder } from "./locate.ts";
import { awaitMasterList } from "./master-list.ts";
import { showValue } from "./registry-data.ts";
import type { Generated, GenerateRequest } from "./request.ts";
import { startService, stopService } from "./service-state.ts";
import { setAside } from "./set-aside.ts";
import { writeVerified } from "./write-verified.ts";

/** All that the part between the first change and the private copy works with. */
export interface Production {
  readonly host: DssHost;
  readonly request: GenerateRequest;
  readonly findings: DssFindings;
  readonly changes: ChangeLog;
  readonly context: RunContext;
}

/** Makes the changes that make the DSS write, and waits for the list. Puts nothing back. */
export async function produce(production: Production): Promise<Generated> {
  const { host, findings, context } = production;
  const { clock } = context;
  const earlierKept = findings.stale === undefined ? undefined : await setEarlierAside(production, findings.stale);
  await writeTrigger(production);
  const mark = await markEvents(host);
  await restart(production);
  const started = clock.monotonic();
  const written = await waitForList(production, mark);
  return {
    ...written,
    copy: production.request.privateCopy,
    dxadata: findings.folders.dxadata,
    earlierKept,
    dxaVersion: findings.dxaVersion,
    globalMax: findings.globalMax,
    writtenInMs: Math.round(clock.monotonic() - started),
  };
}

function setEarlierAside({ host, findings, changes, context }: Production, name: string): Promise<string> {
  return step(context.reporter, "dss-set-aside", "Set the earlier Resync.glb aside", async () => {
    const folder = findings.folders.dxadata;
    const kept = await setAside(host, folder, name, context.clock.now(), (change, act) => changes.make(change, act));
    return { found: kept, facts: { kept }, value: kept };
  });
}

function writeTrigger({ host, request, findings, changes, context }: Production): Promise<void> {
  return step(context.reporter, "dss-trigger", `Write ${TRIGGER_VALUE}`, async () => {
    for (const one of findings.switches) await writeVerified(host, changes, one);
    const value = { type: "REG_MULTI_SZ", data: request.requestors } as const;
    await writeVerified(host, changes, { name: TRIGGER_VALUE, previous: undefined, value });
    const also = findings.switches.map(({ name }) => name);
    const facts = { key: DXA_KEY, requestors: request.requestors, also };
    return { found: [showValue(value), ...also.map((name) => `${name} 1`)].join(", "), facts, value: undefined };
  });
}

function restart({ host, request, findings, changes, context }: Production): Promise<void> {
  return step(context.reporter, "dss-restart", "Restart the Directory Synchronization service", async () => {
    const wait = { ...context, stateTimeoutMs: request.stateTimeoutMs, pollMs: request.pollMs };
    const change = { service: DXA_SERVICE, found: findings.service };
    const { dxadata } = findings.folders;
    if (findings.service === "running") {
      await changes.make({ kind: "stop-service", ...change }, () => stopService(host, wait));
    }
    await changes.make({ kind: "start-service", ...change, dxadata }, () => startService(host, wait));
    return { found: "running", facts: { found: findings.service }, value: undefined };
  });
}

function waitForList({ host, request, findings, changes, context }: Production, mark: EventMark | undefined) {
  const { dxadata } = findings.folders;
  return step(context.reporter, "dss-wait", "Wait for the DSS to write Resync.glb", async (voice) => {
    const written = await withFolder(host, dxadata, (place) =>
      awaitMasterList({ host, place, dxadata, request, mark, found: findings.service, changes, voice }, context),
    );
    const found = `${written.size.toLocaleString("en-US")} bytes, the same in two reads`;
    return { found, facts: { ...written }, value: written };
  });
}
