/** One way in which a DSS fails, for people and for `docs/simulator.md`. */
export interface FailureText {
  readonly does: string;
  /** The article that documents it, or `assumption` with what was chosen. */
  readonly source: string;
}

/** Every failure the simulated DSS knows, by name. `stale-file` and `value-never-removed` are states a healthy tool must cope with. */
export const DSS_FAILURES = {
  "value-ignored": {
    does: "The DXA starts, does not look at the value and writes nothing.",
    source: "assumption: likely after a slip in the key or on a server without a Dirsync Server object",
  },
  "value-never-removed": {
    does: "The DXA writes the file and leaves the value in the registry.",
    source: "Q156063 does not mention the removal that Q150976 promises",
  },
  "value-removed-early": {
    does: "The DXA removes the value first and then writes the file.",
    source: "assumption: the order of the two signs is undocumented",
  },
  "no-file": {
    does: "The DXA removes the value and never writes a file.",
    source: "assumption: behaviour on an inner failure is undocumented",
  },
  "empty-file": {
    does: "The DXA removes the value and leaves a file of 0 bytes.",
    source: "assumption",
  },
  "half-file": {
    does: "The DXA dies in the middle of the file: half of it stays, the value too, the service is stopped with 1067.",
    source: "assumption; that the DXA can die with an access violation: Q193395, Q196892",
  },
  "disk-full": {
    does: "The disk is full: the file stays short, the DXA logs event 268, keeps the value and goes on running.",
    source: "event 268: Q153658; the rest assumption",
  },
  "sharing-violation": {
    does: "The DXA writes all, removes the value and keeps the file open.",
    source: "assumption: when the DXA closes the file is undocumented",
  },
  "unknown-requestor": {
    does: "The DXA knows none of the named requestors: it removes the value and writes nothing. So it does with any unknown name.",
    source: "assumption: behaviour for a misspelled RDN is undocumented",
  },
  "needs-pause": {
    does: "The DXA looks at the value only when a cycle begins: a pause control makes it begin one.",
    source: "Q150976 and Q156063 ask for a cycle; that the file waits for one is an assumption",
  },
  "pauses-for-real": {
    does: "As needs-pause, but the pause control really pauses the service; the cycle begins when it is continued.",
    source: "Q175568 (on a cluster one pauses and continues); the rest assumption",
  },
  "needs-second-restart": {
    does: "As Exchange 5.0 may: the value stays, and the next start with the value writes nothing unless there was one without it.",
    source: "Q156063 prescribes a second restart behind each list; what happens without it is an assumption",
  },
  "stop-stuck": { does: "The service stays STOP_PENDING.", source: "Q180001, Q193040, Q246287" },
  "stop-refused": { does: "The stop is refused at once with 2189.", source: "Q139057" },
  "start-stuck": { does: "The service stays START_PENDING.", source: "Q184205 (7009 after 120 s)" },
  "start-1069": {
    does: "The start is refused at once with 1069: logon failure of the service account.",
    source: "Q155585",
  },
  "start-2140": {
    does: "The service goes from START_PENDING to STOPPED with 2140.",
    source: "Q185225, Q171260; the states on the way are an assumption",
  },
  "registry-denied": { does: "Every write to the registry is denied.", source: "Q160987, Q234918" },
  "registry-write-lost": {
    does: "Writes to the registry report success and change nothing.",
    source: "Samba's net rpc registry setvalue does so when denied",
  },
  "dxa-missing": { does: "Dxa.exe is not where ImagePath says; the start is refused with 2.", source: "assumption" },
  "database-missing": {
    does: "Dxadata has Edb.log and no Xdir.edb: the service would end in 2140 at its next start.",
    source: "Q185225",
  },
  "mta-stopped": {
    does: "The service MSExchangeMTA, on which the DXA depends, is stopped.",
    source:
      "Q143380; that starting the DXA starts it too is how Windows treats what a service depends on, and is not played",
  },
  "service-disabled": { does: "The service's Start value is 4.", source: "Q176566" },
  "requestor-role": {
    does: "The server holds a Dirsync Requestor object too; it would load any Resync.glb in Dxadata.",
    source: "Q151668, Q156124",
  },
  "value-present": { does: "ResyncConnectionRDNs stands in the registry already.", source: "assumption" },
  "stale-file": { does: "A Resync.glb of an earlier generation lies in Dxadata.", source: "Q156063" },
} as const satisfies Record<string, FailureText>;

export type DssFailure = keyof typeof DSS_FAILURES;

/** True for the name of a failure. */
export function isDssFailure(name: string): name is DssFailure {
  return Object.hasOwn(DSS_FAILURES, name);
}

/** How the DXA goes about one Resync.glb. */
export interface DxaConduct {
  readonly writes: "all" | "part" | "nothing" | "empty";
  readonly removesValue: "after" | "before" | "never";
  /** What makes it look at the value. */
  readonly begins: "at start" | "at a kick";
  /** What it does behind the file. */
  readonly end: "close" | "hold" | "die" | "complain";
}

const HEALTHY: DxaConduct = { writes: "all", removesValue: "after", begins: "at start", end: "close" };

const CONDUCT: Partial<Record<DssFailure, Partial<DxaConduct>>> = {
  "value-ignored": { writes: "nothing", removesValue: "never" },
  "value-never-removed": { removesValue: "never" },
  "value-removed-early": { removesValue: "before" },
  "no-file": { writes: "nothing" },
  "unknown-requestor": { writes: "nothing" },
  "empty-file": { writes: "empty" },
  "needs-pause": { begins: "at a kick" },
  "pauses-for-real": { begins: "at a kick" },
  "needs-second-restart": { removesValue: "never" },
  "half-file": { writes: "part", removesValue: "never", end: "die" },
  "disk-full": { writes: "part", removesValue: "never", end: "complain" },
  "sharing-violation": { end: "hold" },
};

/** What the DXA does under a failure; a healthy one writes all, closes the file and removes the value. */
export function conductUnder(failure: DssFailure | undefined): DxaConduct {
  return { ...HEALTHY, ...(failure === undefined ? {} : CONDUCT[failure]) };
}
