/** What size a file of the postoffice must have. */
export interface SizeRule {
  /** Keys (`GLB/MASTER.GLB`, upper case) that the rule is for. */
  readonly files: RegExp;
  /** The rule in words: `4 + n × 51`. */
  readonly rule: string;
  readonly fits: (bytes: number) => boolean;
  /** `refused`: IMPORT reads or writes the file. `warning`: the file is not the import's business, or the rule is only "about". */
  readonly breach: "refused" | "warning";
  readonly articles: readonly string[];
}

/** The size and divisibility rules of the Knowledge Base. Keeping them does not prove a file to be sound (Q87465, Q112923). */
export const SIZE_RULES: readonly SizeRule[] = [
  records("GLB/ACCESS.GLB", 0, 586, "refused", "Q77926 Q87465 Q106510"),
  records("GLB/ACCESS2.GLB", 0, 69, "refused", "Q77926 Q87465 Q106510"),
  records("GLB/ACCESS3.GLB", 0, 512, "refused", "Q77926 Q87465 Q106510"),
  exactly("GLB/CONTROL.GLB", 8, "refused", "Q77926 Q87388"),
  exactly("GLB/FLAG.GLB", 2, "refused", "Q77926"),
  exactly("GLB/GLOBAL.GLB", 512, "refused", "Q77926"),
  records("GLB/GROUP.GLB", 4, 51, "refused", "Q77926 Q117329"),
  records("GLB/GRPMEM.GLB", 4, 128, "refused", "Q77926"),
  exactly("GLB/MASTER.GLB", 176, "refused", "Q77926"),
  exactly("GLB/MODEM.GLB", 64, "warning", "Q77926"),
  records("GLB/NETPO.GLB", 4, 43, "refused", "Q77926 Q110223"),
  records("GLB/NETWORK.GLB", 0, 122, "refused", "Q77926 Q148666"),
  records("GLB/PROCESS.GLB", 512, 197, "warning", "Q77926"),
  exactly("GLB/REQCONF.GLB", 512, "refused", "Q77926 Q148705 Q123437"),
  records("GLB/SERVER.GLB", 0, 181, "warning", "Q77926 Q139034"),
  exactly("GLB/TID.GLB", 4, "refused", "Q77926"),
  exactly("GLB/RNETSEM.GLB", 4, "warning", "Q118946 Q132744"),
  records("GLB/GALINDEX.GLB", 208, 6, "warning", "Q86375"),
  exactly(String.raw`KEY/[^/]+\.KEY`, 560, "warning", "Q77926"),
  records(String.raw`MBG/[^/]+\.MBG`, 0, 116, "warning", "Q77926"),
  { ...records(String.raw`MEM/[^/]+\.MEM`, 0, 4, "refused", "Q77926"), rule: "n × 4, 2000 at most", fits: isMembers },
  records(String.raw`(NME|GLB)/[^/]+\.NME`, 0, 45, "refused", "Q77926 Q86375"),
  records(String.raw`USR/[^/]+\.USR`, 0, 53, "refused", "Q77926"),
  records(String.raw`XTN/[^/]+\.XTN`, 0, 698, "refused", "Q77926 Q128243"),
  records(String.raw`GRP/[^/]+\.GRP`, 8, 8, "refused", "Q77926 Q135932"),
  exactly("FOLDERS/SERIALNO.IDX", 4, "warning", "Q77926"),
  records(String.raw`FOLDERS/(?!SERIALNO\.).*\.IDX`, 100, 158, "warning", "Q77926"),
];

function exactly(files: string, size: number, breach: SizeRule["breach"], articles: string): SizeRule {
  return {
    files: keys(files),
    rule: `${size}`,
    fits: (bytes) => bytes === size,
    breach,
    articles: articles.split(" "),
  };
}

function records(files: string, head: number, record: number, breach: SizeRule["breach"], articles: string): SizeRule {
  return {
    files: keys(files),
    rule: head === 0 ? `n × ${record}` : `${head} + n × ${record}`,
    fits: (bytes) => bytes >= head && (bytes - head) % record === 0,
    breach,
    articles: articles.split(" "),
  };
}

function keys(files: string): RegExp {
  return new RegExp(`^${files.includes("\\") ? files : files.replace(".", "\\.")}$`, "u");
}

function isMembers(bytes: number): boolean {
  return bytes % 4 === 0 && bytes <= 2000;
}
