import { createHash } from "node:crypto";

/** The hash over every message of negotiation and log-on, both ways (MS-SMB2 3.2.5.2, 3.2.5.3): SMB 3.1.1 binds its keys to it. */
export interface PreauthHash {
  add(message: Buffer): void;
  /** 64 bytes. */
  readonly value: Buffer;
}

export function preauthHash(): PreauthHash {
  let value: Buffer = Buffer.alloc(64);
  return {
    add: (message) => {
      value = createHash("sha512").update(value).update(message).digest();
    },
    get value() {
      return value;
    },
  };
}
