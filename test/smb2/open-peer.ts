import { openShareOn } from "../../src/smb2/connect.ts";
import { DIALECT, type SmbOptions } from "../../src/smb2/options.ts";
import type { Share } from "../../src/smb2/share.ts";
import { PEER_USER, startPeer, type Peer, type PeerScript } from "./peer.ts";

export const DIALECTS = Object.values(DIALECT);

/** Opens the share of a peer in memory. */
export async function openPeer(
  script: PeerScript = {},
  options: Partial<SmbOptions> = {},
): Promise<{ share: Share; peer: Peer }> {
  const peer = startPeer(script);
  return { peer, share: await openOn(peer, options) };
}

export async function openOn(peer: Peer, options: Partial<SmbOptions> = {}): Promise<Share> {
  return openShareOn(peer.line, {
    host: "peer",
    share: "share",
    credentials: PEER_USER,
    requestTimeoutMs: 2000,
    ...options,
  });
}
