import { setTimeout as delay } from "node:timers/promises";
import { rpcHandler } from "./dcerpc.ts";
import { ndrReader, ndrWriter, type NdrReader, type NdrWriter } from "./ndr.ts";
import type { PipeHandler } from "./named-pipe.ts";
import { STATE, WIN32, type ScmKnobs, type ScmService } from "./scm.ts";

const NO_HANDLE = "00".repeat(20);
/** Rights that only look: query config and status, enumerate, interrogate, read control (MS-SCMR 3.1.4). */
const LOOKING = 0x2008d;

/**
 * The Service Control Manager's remote interface (MS-SCMR) over the services given: the seven operations that Samba's
 * `net rpc service` uses. `denyUsers` looks for the account name in what smbd says of the caller.
 */
export function svcctl(services: readonly ScmService[], knobs: ScmKnobs): (caller: Buffer) => PipeHandler {
  return (caller) => {
    const handles = new Map<string, ScmService | "manager">();
    let handed = 0;
    const newHandle = (target: ScmService | "manager") => {
      const handle = `00000000${(++handed).toString(16).padStart(32, "0")}`;
      handles.set(handle, target);
      return handle;
    };
    const denied = () => knobs.denyUsers.some((user) => caller.includes(`${user}\0`));
    return rpcHandler("svcctl", async (operation, stub) => {
      while (knobs.hang) await delay(50);
      const act = OPERATIONS[operation];
      if (!act) return undefined;
      const out = ndrWriter();
      const error = act({
        in: ndrReader(stub),
        out,
        handles,
        newHandle,
        services: knobs.missing ? [] : services,
        denied,
      });
      return out.u32(error).end();
    });
  };
}

interface Call {
  in: NdrReader;
  out: NdrWriter;
  handles: Map<string, ScmService | "manager">;
  newHandle: (target: ScmService | "manager") => string;
  services: readonly ScmService[];
  denied: () => boolean;
}

/** By operation number (MS-SCMR 3.1.4): each reads its arguments, writes its results and returns a Win32 error. */
const OPERATIONS: Record<number, (call: Call) => number> = {
  0: closeServiceHandle,
  1: controlService,
  6: queryServiceStatus,
  15: openScManager,
  16: openService,
  17: queryServiceConfig,
  19: startService,
};

function closeServiceHandle({ in: args, out, handles }: Call): number {
  handles.delete(args.handle());
  out.handle(NO_HANDLE);
  return WIN32.ok;
}

function controlService(call: Call): number {
  const service = serviceOf(call);
  const error = service === undefined ? WIN32.invalidHandle : service.control(call.in.u32());
  writeStatus(call.out, service);
  return error;
}

function queryServiceStatus(call: Call): number {
  const service = serviceOf(call);
  writeStatus(call.out, service);
  return service === undefined ? WIN32.invalidHandle : WIN32.ok;
}

function openScManager({ out, newHandle }: Call): number {
  out.handle(newHandle("manager"));
  return WIN32.ok;
}

function openService({ in: args, out, handles, newHandle, services, denied }: Call): number {
  const manager = handles.get(args.handle()) === "manager";
  const name = args.string().toLowerCase();
  const rights = args.u32();
  const service = services.find((one) => one.name.toLowerCase() === name);
  const error = !manager
    ? WIN32.invalidHandle
    : !service
      ? WIN32.doesNotExist
      : (rights & ~LOOKING) !== 0 && denied()
        ? WIN32.accessDenied
        : WIN32.ok;
  out.handle(service && error === WIN32.ok ? newHandle(service) : NO_HANDLE);
  return error;
}

function queryServiceConfig(call: Call): number {
  const service = serviceOf(call);
  const offered = call.in.u32();
  const enough = service !== undefined && offered >= 256;
  const { out } = call;
  out
    .u32(0x10)
    .u32(service?.startType ?? 0)
    .u32(1);
  if (enough) {
    out.stringPointer("C:\\exchsrvr\\bin\\dxa.exe").u32(0).u32(0).u32(0);
    out.stringPointer("EXCHANGE\\service").stringPointer(`${service.name} (stand-in)`).strings();
  } else {
    for (let pointer = 0; pointer < 6; pointer++) out.u32(0);
  }
  out.u32(256);
  return service === undefined ? WIN32.invalidHandle : enough ? WIN32.ok : WIN32.insufficientBuffer;
}

function startService(call: Call): number {
  return serviceOf(call)?.start() ?? WIN32.invalidHandle;
}

function serviceOf({ in: args, handles }: Call): ScmService | undefined {
  const found = handles.get(args.handle());
  return found === "manager" ? undefined : found;
}

/** SERVICE_STATUS (MS-SCMR 2.2.47): type, state, controls accepted, exit codes, check point, wait hint. */
function writeStatus(out: NdrWriter, service: ScmService | undefined): void {
  const state = service?.state ?? 0;
  const pending = state === STATE.startPending || state === STATE.stopPending;
  const fields = [service ? 0x10 : 0, state, state === STATE.running ? 5 : 0, 0, 0, 0, pending ? 2000 : 0];
  for (const value of fields) out.u32(value);
}
