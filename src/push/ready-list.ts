import type { RunContext } from "../context.ts";
import { ResyncError } from "../errors.ts";
import type { MasterListCheck } from "../glb/identify.ts";
import { lookInto } from "../glb/look-into.ts";
import type { Manifest } from "../transfer/manifest.ts";
import { TOOL } from "../version.ts";
import { compareWithLast, type ShrinkGuard, type StandingAt } from "./compare-last.ts";
import type { ListSource, ObtainedList } from "./sources.ts";

/** A master list that was had from the DSS and looked into: ready to be delivered. */
export interface ReadyList {
  readonly list: ObtainedList;
  readonly check: MasterListCheck;
  /** What goes with it; not signed. */
  readonly manifest: Manifest;
}

/** Whose list is wanted, and how it is had. */
export interface ListRequest {
  /** The DSS as messages call it. */
  readonly dss: string;
  /** RDNs. */
  readonly requestors: readonly string[];
  readonly source: ListSource;
  /** The run's own folder, for the private copy and the registry backup. */
  readonly folder: string;
  /** What stands at the targets, for the comparison. */
  readonly standing: readonly StandingAt[];
  readonly guard: ShrinkGuard;
}

/**
 * Has the list written, takes the private copy, looks into it and compares it with the one delivered last. `undefined` with `--dry-run`.
 * Throws what these throw.
 */
export async function readyList(request: ListRequest, context: RunContext): Promise<ReadyList | undefined> {
  const list = await request.source(request.folder);
  if (list === undefined) return undefined;
  const check = await checkCopy(list, request, context);
  return { list, check, manifest: createManifest(list, check, request, context) };
}

async function checkCopy(list: ObtainedList, request: ListRequest, context: RunContext): Promise<MasterListCheck> {
  const { dss, requestors, standing, guard } = request;
  try {
    const check = await lookInto(list.copy, context);
    await compareWithLast(check, { dss, requestors: [...requestors] }, standing, guard, context);
    return check;
  } catch (error) {
    if (!(error instanceof ResyncError)) throw error;
    throw error.with({
      state: `Nothing was delivered. The DSS is as it was found; its file stays where ${dss} wrote it.`,
    });
  }
}

function createManifest(
  list: ObtainedList,
  check: MasterListCheck,
  { dss, requestors }: ListRequest,
  context: RunContext,
): Manifest {
  return {
    format: "msmail-resync-delivery",
    version: 1,
    id: context.journal.run,
    createdAt: context.clock.now().toISOString(),
    tool: TOOL,
    dss,
    requestors: [...requestors],
    size: list.size,
    sha256: list.sha256,
    header: check.header ?? null,
    counts: check.counts ?? null,
  };
}
