import { setTimeout as delay } from "node:timers/promises";

export const STATE = { stopped: 1, startPending: 2, stopPending: 3, running: 4, paused: 7 } as const;
export const WIN32 = {
  ok: 0,
  accessDenied: 5,
  invalidHandle: 6,
  invalidParameter: 87,
  insufficientBuffer: 122,
  moreData: 234,
  invalidControl: 1052,
  alreadyRunning: 1056,
  disabled: 1058,
  doesNotExist: 1060,
  cannotAcceptControl: 1061,
  notActive: 1062,
} as const;

/** How the Service Control Manager behaves; may be changed at any time. Milliseconds and Win32 error numbers. */
export interface ScmKnobs {
  stopPendingMs: number;
  startPendingMs: number;
  /** The state stays STOP_PENDING (START_PENDING) until the knob is turned back. */
  stopNever: boolean;
  startNever: boolean;
  /** The request is refused at once with this number. */
  failStop: number;
  failStart: number;
  /** The start is accepted and ends in STOPPED. */
  endsAtStart: boolean;
  /** The pause control really pauses; else it is a kick that fails with 2140 (Q146738). */
  pauses: boolean;
  /** No service is known. */
  missing: boolean;
  /** Accounts that may look but not act. */
  denyUsers: string[];
  /** No call is answered any more. */
  hang: boolean;
}

/** One service: changes its state by itself after a request, as a real one does. */
export interface ScmService {
  readonly name: string;
  readonly state: number;
  startType: number;
  /** 0 or a Win32 error. */
  start(): number;
  control(code: number): number;
  /** Runs again, whatever it was doing. */
  restore(): void;
}

/** A service that tells `onState` of each end state it reaches, and of the kick that a pause, or going on behind it, is. */
export function scmService(
  name: string,
  knobs: ScmKnobs,
  onState: (state: "running" | "stopped" | "kicked") => void,
): ScmService {
  let state: number = STATE.running;
  const become = async (pending: number, end: number, knob: "stop" | "start"): Promise<void> => {
    state = pending;
    await delay(knobs[`${knob}PendingMs`]);
    while (knobs[`${knob}Never`]) await delay(20);
    if (state !== pending) return;
    state = end;
    onState(end === STATE.running ? "running" : "stopped");
  };
  const pause = (): number => {
    if (state !== STATE.running) return WIN32.notActive;
    if (knobs.pauses) {
      state = STATE.paused;
      return WIN32.ok;
    }
    onState("kicked");
    return 2140;
  };
  const resume = (): number => {
    if (state !== STATE.paused) return WIN32.notActive;
    state = STATE.running;
    onState("kicked");
    return WIN32.ok;
  };
  const service = {
    name,
    startType: 2,
    get state() {
      return state;
    },
    start() {
      if (knobs.failStart !== 0) return knobs.failStart;
      if (service.startType === 4) return WIN32.disabled;
      if (state !== STATE.stopped) return WIN32.alreadyRunning;
      const end = knobs.endsAtStart ? STATE.stopped : STATE.running;
      void become(STATE.startPending, end, "start");
      return WIN32.ok;
    },
    restore() {
      state = STATE.running;
    },
    control(code: number) {
      if (code === 4) return WIN32.ok;
      if (code === 2) return pause();
      if (code === 3) return resume();
      if (code !== 1) return WIN32.invalidControl;
      if (knobs.failStop !== 0) return knobs.failStop;
      if (state === STATE.stopped) return WIN32.notActive;
      if (state !== STATE.running && state !== STATE.paused) return WIN32.cannotAcceptControl;
      void become(STATE.stopPending, STATE.stopped, "stop");
      return WIN32.ok;
    },
  };
  return service;
}

/** A manager that works at once and refuses nothing. */
export function obedient(): ScmKnobs {
  return {
    stopPendingMs: 100,
    startPendingMs: 100,
    stopNever: false,
    startNever: false,
    failStop: 0,
    failStart: 0,
    endsAtStart: false,
    pauses: false,
    missing: false,
    denyUsers: [],
    hang: false,
  };
}
