import type { Clock } from "../../clock.ts";
import { readFromDrive, type DeviceKind, type OpenDrive } from "./device.ts";
import { mtControl, noControl, type TapeControl } from "./mt.ts";
import { readFromPipe, type PipeOptions } from "./pipe.ts";
import { localBytes } from "../bytes.ts";
import type { TapeAddress } from "./tape-address.ts";

/** Milliseconds that the other end of a pipe may keep one waiting. */
const PIPE_MS = 600_000;

/** A tape, or what stands in for one. */
export interface Tape extends TapeAddress {
  /** The command that moves it. Unless given, `mt` for a drive, and nothing for a file or a pipe. */
  readonly mt?: string | undefined;
  readonly clock: Clock;
  /** How long the other end of a pipe may keep one waiting, in milliseconds. */
  readonly stallMs?: number;
  /** Opens the drive; the system's own way unless given. */
  readonly open?: OpenDrive;
}

/** What moves the tape. */
export function controlOf({ device, mt }: Tape, kind: DeviceKind): TapeControl {
  if (mt !== undefined) return mtControl(mt, device);
  return kind === "drive" ? mtControl("mt", device) : noControl;
}

/** How long a pipe's other end is waited for. */
export function waiting({ clock, stallMs = PIPE_MS }: Tape, signal: AbortSignal): PipeOptions {
  return { clock, signal, stallMs };
}

/** What is on the tape, from where it stands. */
export function tapeBytes(
  tape: Tape,
  kind: Exclude<DeviceKind, "nothing">,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  switch (kind) {
    case "drive":
      return readFromDrive(tape.device, tape.blocking, { open: tape.open, signal });
    case "pipe":
      return readFromPipe(tape.device, waiting(tape, signal));
    case "file":
      return localBytes(tape.device);
  }
}
