import { getText, putText } from "./text.ts";

/** MASTER.GLB, 176 bytes. Places of the names and of the server field are assumptions; the field itself is Q131423. */
export interface Master {
  readonly network: string;
  readonly postoffice: string;
  readonly isServer: boolean;
  /** @0x93, bit 0x10: the MSMAIL connection is installed (Q104586). */
  readonly gatewayBits: number;
}

export function encodeMaster(master: Master): Buffer {
  const bytes = Buffer.alloc(176);
  putText(bytes, 0, 11, master.network);
  putText(bytes, 11, 11, master.postoffice);
  bytes[0x60] = master.isServer ? 1 : 0;
  bytes[0x93] = master.gatewayBits;
  return bytes;
}

export function decodeMaster(bytes: Buffer): Master {
  return {
    network: getText(bytes, 0, 11),
    postoffice: getText(bytes, 11, 11),
    isServer: bytes[0x60] === 1,
    gatewayBits: bytes[0x93] ?? 0,
  };
}

/** REQCONF.GLB, 512 bytes: what it holds is Q96060 and Q112301, where it holds it is an assumption. */
export interface RequestorConfig {
  readonly reqSync: number;
  readonly srvSync: number;
  readonly importSync: number;
  /** Into SRVTRANS, USRTRANS, GWTRANS, NMETRANS; -1 when healthy (Q112301, Q140462). */
  readonly pointers: readonly number[];
  /** `NETWORK/POSTOFFICE`, empty when no server is set. */
  readonly dss: string;
  readonly templatesReceive: boolean;
  readonly types: readonly string[];
}

export function encodeRequestorConfig(config: RequestorConfig): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.writeUInt32LE(config.reqSync, 0);
  bytes.writeUInt32LE(config.srvSync, 4);
  bytes.writeUInt32LE(config.importSync, 8);
  config.pointers.forEach((pointer, index) => bytes.writeInt32LE(pointer, 12 + index * 4));
  putText(bytes, 28, 22, config.dss);
  bytes[50] = config.templatesReceive ? 1 : 0;
  putText(bytes, 52, 64, config.types.join(","));
  return bytes;
}

export function decodeRequestorConfig(bytes: Buffer): RequestorConfig {
  return {
    reqSync: bytes.readUInt32LE(0),
    srvSync: bytes.readUInt32LE(4),
    importSync: bytes.readUInt32LE(8),
    pointers: [12, 16, 20, 24].map((at) => bytes.readInt32LE(at)),
    dss: getText(bytes, 28, 22),
    templatesReceive: bytes[50] === 1,
    types: getText(bytes, 52, 64).split(",").filter(Boolean),
  };
}

/** SRVCONF.GLB: 1024 bytes for the server and 1024 for each requestor (Q77926); the places within are assumptions. */
export function encodeServerConfig(srvSync: number, requestors: readonly ServerRequestor[]): Buffer {
  const bytes = Buffer.alloc(1024 * (1 + requestors.length));
  bytes.writeUInt32LE(srvSync, 0);
  requestors.forEach((requestor, index) => {
    const at = 1024 * (index + 1);
    putText(bytes, at, 22, requestor.name);
    bytes.writeUInt32LE(requestor.reqSync, at + 24);
    bytes.writeUInt32LE(requestor.srvSync, at + 28);
  });
  return bytes;
}

/** One requestor as the DSS knows it. */
export interface ServerRequestor {
  /** `NETWORK/POSTOFFICE`. */
  readonly name: string;
  readonly reqSync: number;
  readonly srvSync: number;
}

export function decodeServerConfig(bytes: Buffer): { srvSync: number; requestors: ServerRequestor[] } {
  const count = Math.max(0, Math.floor(bytes.length / 1024) - 1);
  return {
    srvSync: bytes.length >= 4 ? bytes.readUInt32LE(0) : 0,
    requestors: Array.from({ length: count }, (_, index) => {
      const at = 1024 * (index + 1);
      return {
        name: getText(bytes, at, 22),
        reqSync: bytes.readUInt32LE(at + 24),
        srvSync: bytes.readUInt32LE(at + 28),
      };
    }),
  };
}
