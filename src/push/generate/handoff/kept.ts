/** 8.3 names in Dxadata for what lies there before, after, and unfinished; the DXA loads none of them (Q156124). */
export interface KeptNames {
  readonly earlier: string;
  readonly written: string;
  readonly unfinished: string;
}

/** The names for a run. */
export function keptName(id: string): KeptNames {
  const stem = `RS${id.replace(/\D/gu, "").slice(4, 10)}`;
  return { earlier: `${stem}.OLD`, written: `${stem}.NEW`, unfinished: `${stem}.BAD` };
}
