/** One record of a GLB queue file (RESYNC.GLB, SRVTRANS.GLB, REQTRANS.GLB …): what LISTQ prints of it (Q96060, Q110496). */
export interface GlbRecord {
  /** Sync number, 0 to 2^32-1; printed with 6 or 10 digits. */
  readonly sync: number;
  /** Date stamp, whole seconds since 1970-01-01 UTC (that the stored epoch is this one is undocumented). */
  readonly stamp: number;
  /** The transaction in the import grammar, lines joined by CR LF, no terminator: `A Paul<TAB>PCM:NET/PO/paul`. */
  readonly text: string;
}

/** The header transaction's numbers (Q119449, Q215505). */
export interface GlbHeader {
  readonly impSeq: number;
  readonly reqSeq: number;
  readonly srvSeq: number;
}
