/** A name and its address as texts. */
export interface NamedAddress {
  readonly name: string;
  readonly address: string;
}

/** An entry that is there before and after and is not the same: another address for the name, or another name for the address. */
export interface ChangedEntry {
  readonly before: NamedAddress;
  readonly after: NamedAddress;
}

/** What happens to one list. */
export interface ListDiff {
  /** In one spelling: `PCM:NET/PO`, `SMTP:`. */
  readonly list: string;
  /**
   * `new`: only after. `untouched`: only before, so an import leaves it as it is. `local`: the postoffice's own users, whose
   * transactions IMPORT passes over (message 66). `both` otherwise.
   */
  readonly state: "both" | "new" | "untouched" | "local";
  readonly added: readonly NamedAddress[];
  readonly changed: readonly ChangedEntry[];
  readonly removed: readonly NamedAddress[];
  /** Entries that stay as they are. */
  readonly same: number;
}

/** What importing B after A does, by list: those of B in its order, then those that only A has. */
export interface MasterListDiff {
  readonly lists: readonly ListDiff[];
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly same: number;
  /** True when B changes nothing of A, and names every list that A has. */
  readonly equal: boolean;
}
