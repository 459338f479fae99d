import type { PipeHandler } from "./named-pipe.ts";

/** One RPC interface: gets the operation number and its stub, gives the answering stub; `undefined` for an operation it does not know. */
export type RpcInterface = (operation: number, stub: Buffer) => Promise<Buffer | undefined>;

const REQUEST = 0;
const RESPONSE = 2;
const FAULT = 3;
const BIND = 11;
const BIND_ACK = 12;
const ALTER = 14;
const ALTER_ACK = 15;
const LAST_FRAGMENT = 2;
const OP_RANGE_ERROR = 0x1c010002;
/** The transfer syntax NDR, version 2 (C706 appendix I). */
const NDR = Buffer.from("045d888aeb1cc9119fe808002b10486002000000", "hex");

/** Speaks connection-oriented DCE/RPC (C706 chapter 12) for one interface: bind, alter context, requests in fragments; answers in one. */
export function rpcHandler(name: string, serve: RpcInterface): PipeHandler {
  let fragments = Buffer.alloc(0);
  return async (pdu) => {
    const type = pdu.readUInt8(2);
    const call = pdu.readUInt32LE(12);
    if (type === BIND || type === ALTER) return answer(type === BIND ? BIND_ACK : ALTER_ACK, call, bindAck(name, pdu));
    if (type !== REQUEST) throw new Error(`PDU type ${type}`);
    const context = pdu.readUInt16LE(20);
    fragments = Buffer.concat([fragments, pdu.subarray(24)]);
    if ((pdu.readUInt8(3) & LAST_FRAGMENT) === 0) return undefined;
    const stub = fragments;
    fragments = Buffer.alloc(0);
    const out = await serve(pdu.readUInt16LE(22), stub);
    const head = Buffer.alloc(8);
    head.writeUInt32LE(out?.length ?? 0);
    head.writeUInt16LE(context, 4);
    if (out) return answer(RESPONSE, call, Buffer.concat([head, out]));
    const fault = Buffer.alloc(8);
    fault.writeUInt32LE(OP_RANGE_ERROR);
    return answer(FAULT, call, Buffer.concat([head, fault]));
  };
}

/** Accepts every context that offers NDR. */
function bindAck(name: string, bind: Buffer): Buffer {
  const results: Buffer[] = [];
  let at = 28;
  for (let context = bind.readUInt8(24); context > 0; context--) {
    const syntaxes = bind.readUInt8(at + 2);
    at += 24;
    const offered = Array.from({ length: syntaxes }, (_, index) =>
      bind.subarray(at + index * 20, at + index * 20 + 20),
    );
    at += syntaxes * 20;
    const accepted = offered.some((syntax) => syntax.equals(NDR));
    results.push(Buffer.from(accepted ? [0, 0, 0, 0] : [2, 0, 2, 0]), accepted ? NDR : Buffer.alloc(20));
  }
  const pipe = Buffer.from(`\\PIPE\\${name}\0`, "latin1");
  const head = Buffer.alloc(10);
  bind.copy(head, 0, 16, 20);
  head.writeUInt32LE(0x5356, 4);
  head.writeUInt16LE(pipe.length, 8);
  const padding = Buffer.alloc(-(16 + head.length + pipe.length) & 3);
  return Buffer.concat([head, pipe, padding, Buffer.from([bind.readUInt8(24), 0, 0, 0]), ...results]);
}

function answer(type: number, call: number, body: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt8(5, 0);
  head.writeUInt8(type, 2);
  head.writeUInt8(3, 3);
  head.writeUInt8(0x10, 4);
  head.writeUInt16LE(16 + body.length, 8);
  head.writeUInt32LE(call, 12);
  return Buffer.concat([head, body]);
}
