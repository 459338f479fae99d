import { BODY, HEADER, newFrame } from "../wire/header.ts";
import { slice, u16, u32 } from "../wire/read.ts";
import type { Agreement, Offer } from "./negotiate.ts";

/** FSCTL_VALIDATE_NEGOTIATE_INFO (MS-SMB2 2.2.31). */
const CONTROL_CODE = 0x0014_0204;
const ANSWER_BYTES = 24;

/** IOCTL that repeats the offer under a signature (MS-SMB2 2.2.31.4): a man in the middle who weakened it is found out. */
export function validateNegotiateRequest(offer: Offer): Buffer {
  const input = Buffer.alloc(24 + offer.dialects.length * 2);
  input.writeUInt32LE(offer.capabilities, 0);
  offer.clientGuid.copy(input, 4);
  input.writeUInt16LE(offer.securityMode, 20);
  input.writeUInt16LE(offer.dialects.length, 22);
  offer.dialects.forEach((dialect, i) => input.writeUInt16LE(dialect, 24 + i * 2));

  const frame = newFrame(56 + input.length);
  const body = frame.subarray(BODY);
  body.writeUInt16LE(57, 0);
  body.writeUInt32LE(CONTROL_CODE, 4);
  body.fill(0xff, 8, 24);
  body.writeUInt32LE(HEADER + 56, 24);
  body.writeUInt32LE(input.length, 28);
  body.writeUInt32LE(ANSWER_BYTES, 44);
  body.writeUInt32LE(1, 48);
  input.copy(body, 56);
  return frame;
}

/** True when the server confirms what the negotiation's answer said (MS-SMB2 3.2.5.14.12). */
export function confirms(message: Buffer, agreement: Agreement): boolean {
  const info = slice(message, u32(message, HEADER + 32), u32(message, HEADER + 36));
  return (
    u32(info, 0) === agreement.capabilities &&
    slice(info, 4, 16).equals(agreement.serverGuid) &&
    u16(info, 20) === agreement.securityMode &&
    u16(info, 22) === agreement.dialect
  );
}
