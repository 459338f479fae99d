import type { SFTPWrapper } from "ssh2";
import type { SftpFaults } from "./faults.ts";

/** VERSION, version 3. */
const VERSION = 2;

/** The extensions that this server offers, as far as its faults let it. */
export function extensionsOf(faults: SftpFaults): Record<string, string> {
  return {
    ...(faults.noPosixRename === true ? {} : { "posix-rename@openssh.com": "1" }),
    ...(faults.noFsync === true ? {} : { "fsync@openssh.com": "1" }),
  };
}

/** What of ssh2 1.17.0 its types do not show. */
interface Inside {
  outgoing: { id: number };
  _protocol: { channelData: (channel: number, data: Buffer) => void };
}

/** ssh2's server says VERSION without extensions, and nothing lets one add them: its first packet is replaced on the way. */
export function announce(sftp: SFTPWrapper, extensions: Readonly<Record<string, string>>): void {
  const { outgoing, _protocol: protocol } = sftp as unknown as Inside;
  const send = protocol.channelData;
  protocol.channelData = (channel, data) => {
    if (channel !== outgoing.id) return send.call(protocol, channel, data);
    protocol.channelData = send;
    const strings = Object.entries(extensions).flat().map(sshString);
    const body = Buffer.concat([Buffer.from([VERSION, 0, 0, 0, 3]), ...strings]);
    send.call(protocol, channel, sshString(body));
  };
}

/** The strings of an extended request's data. */
export function readStrings(data: Buffer, count: number): Buffer[] {
  const strings: Buffer[] = [];
  let at = 0;
  while (strings.length < count && at + 4 <= data.length) {
    const length = data.readUInt32BE(at);
    strings.push(data.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return strings;
}

/** A length of 4 bytes and the bytes: SSH's string (RFC 4251, section 5), and SFTP's packet. */
export function sshString(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
