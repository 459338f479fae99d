/** Reads a DCE/RPC stub in NDR, little-endian (C706 chapter 14). Throws `RangeError` at its end. */
export function ndrReader(stub: Buffer) {
  let at = 0;
  const align = (to: number) => void (at += -at & (to - 1));
  const u32 = () => {
    align(4);
    at += 4;
    return stub.readUInt32LE(at - 4);
  };
  return {
    u32,
    /** A context handle: 20 bytes, as hex, to look up by. */
    handle() {
      align(4);
      at += 20;
      return stub.toString("hex", at - 20, at);
    },
    /** A conformant varying UTF-16 string without its NUL. */
    string() {
      u32();
      u32();
      const length = u32();
      at += length * 2;
      return stub.toString("utf16le", at - length * 2, at).replace(/\0$/u, "");
    },
  };
}

/** Writes a DCE/RPC stub in NDR, little-endian. */
export function ndrWriter() {
  const parts: Buffer[] = [];
  let length = 0;
  let referent = 0x20000;
  const deferred: string[] = [];
  const bytes = (data: Buffer) => {
    parts.push(data);
    length += data.length;
    return writer;
  };
  const align = (to: number) => bytes(Buffer.alloc(-length & (to - 1)));
  const u32 = (value: number) => {
    align(4);
    const data = Buffer.alloc(4);
    data.writeUInt32LE(value >>> 0);
    return bytes(data);
  };
  const writer = {
    u32,
    bytes,
    handle: (hex: string) => align(4) && bytes(Buffer.from(hex, "hex")),
    /** A pointer now, its string when `strings` is called. */
    stringPointer(text: string) {
      deferred.push(text);
      return u32((referent += 4));
    },
    strings() {
      for (const text of deferred.splice(0)) {
        const data = Buffer.from(`${text}\0`, "utf16le");
        u32(data.length / 2);
        u32(0);
        u32(data.length / 2);
        bytes(data);
      }
      return writer;
    },
    end: () => Buffer.concat(parts),
  };
  return writer;
}

export type NdrReader = ReturnType<typeof ndrReader>;
export type NdrWriter = ReturnType<typeof ndrWriter>;
