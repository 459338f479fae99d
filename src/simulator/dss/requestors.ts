import type { GlbHeader } from "../../glb/record.ts";
import { dssFiles } from "./paths.ts";
import { readJson } from "./store.ts";

/** A Remote Dirsync Requestor object of the simulated DSS (Q152231); `requestors.json` holds a list of them. */
export interface Requestor extends GlbHeader {
  /** The last `cn=` of the object's distinguished name: what goes into the registry value (Q197378). */
  readonly rdn: string;
  /** Shown in Exchange Administrator; Q150976 says that it is accepted too. */
  readonly displayName: string;
}

/** Requestors with made-up sync numbers, different for each and always the same. */
export function madeUpRequestors(rdns: readonly string[]): Requestor[] {
  return rdns.map((rdn, index) => ({
    rdn,
    displayName: rdn,
    impSeq: 2 + index,
    reqSeq: 40 + 17 * index,
    srvSeq: 1200 + 310 * index,
  }));
}

/** The requestors the DSS knows. */
export function readRequestors(dir: string): Promise<Requestor[]> {
  return readJson<Requestor[]>(dssFiles(dir).requestors);
}

/** Those that `names` mean, by RDN or display name. ASSUMPTION: in any case; how real ones match is undocumented. */
export function namedRequestors(requestors: readonly Requestor[], names: readonly string[]): Requestor[] {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  return requestors.filter(
    ({ rdn, displayName }) => wanted.has(rdn.toLowerCase()) || wanted.has(displayName.toLowerCase()),
  );
}

/** The highest numbers of `requestors`, as the DXA puts them into the header (Q215505). */
export function highestNumbers(requestors: readonly Requestor[]): GlbHeader {
  const highest = (pick: (requestor: Requestor) => number): number => Math.max(0, ...requestors.map(pick));
  return {
    impSeq: highest((requestor) => requestor.impSeq),
    reqSeq: highest((requestor) => requestor.reqSeq),
    srvSeq: highest((requestor) => requestor.srvSeq),
  };
}
