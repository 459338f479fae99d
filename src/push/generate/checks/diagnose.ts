import { check, type Check, type CheckVoice } from "../../../check.ts";
import { asResyncError } from "../../../errors.ts";
import { checkProgram, checkService, refuseTrigger } from "../check.ts";
import { refuseRole } from "../check-role.ts";
import { DXA_SERVICE, TRIGGER_VALUE, type DssHost } from "../dss-host.ts";
import { locateDxadata, readServiceValues, withFolder, type ServiceValues } from "../locate.ts";
import { allChecks } from "./run-checks.ts";

const KEY = check("dss-key", "Registry key of the service", "Q168539");
const SERVICE = check("dss-service", `Service ${DXA_SERVICE}`, "Q176566");
const TRIGGER = check("dss-value", `Registry value ${TRIGGER_VALUE}`, "Q150976");
const ROLE = check("dss-role", "Dirsync objects of the server", "Q151668");
const DXADATA = check("dss-dxadata", "Dxadata on the DSS", "Q185504");
const PROGRAM = check("dss-program", "Dxa.exe", "Q143380");

/**
 * Every check of a push on a DSS, for a person, changing nothing: what would refuse it, what would be warned of, what cannot be told.
 * Throws only when the host is lost in the middle.
 */
export async function diagnoseDss(host: DssHost): Promise<Check[]> {
  const found: Check[] = [];
  /** Adds what looking tells and returns what it found; a look that fails says no. */
  const look = async <T>(say: CheckVoice, act: () => Promise<[Check, T]>): Promise<T | undefined> => {
    try {
      const [made, value] = await act();
      found.push(made);
      return value;
    } catch (error) {
      const { message, hint } = asResyncError(error);
      found.push(say.refused(message, hint));
      return undefined;
    }
  };

  const values = await look(KEY, async () => {
    const known = await readServiceValues(host);
    return [KEY.ok(`${known.all.size} values`), known];
  });
  await look(SERVICE, async () => [await service(host, values), undefined]);
  if (values === undefined) return found;
  await look(TRIGGER, async () => {
    refuseTrigger(host, values);
    return [TRIGGER.ok("not there, as it should be"), undefined];
  });
  await look(ROLE, async () => [await role(host), undefined]);
  const folders = await look(DXADATA, async () => {
    const located = await locateDxadata(host, values);
    return [DXADATA.ok(`${located.dxadata} (${located.source})`), located];
  });
  if (folders === undefined) return found;
  const dxaVersion = await look(PROGRAM, async () => {
    const version = await checkProgram(host, folders);
    const { dxaExe } = folders;
    return [
      dxaExe === undefined
        ? PROGRAM.unknown("where it lies cannot be told", "See ImagePath in the key of the service.")
        : PROGRAM.ok(dxaExe),
      version,
    ];
  });
  const dxadata = await withFolder(host, folders.dxadata, (place) => place.list());
  return [...found, ...(await allChecks({ host, values, folders, dxaVersion, dxadata }))];
}

async function service(host: DssHost, values: ServiceValues | undefined): Promise<Check> {
  const state = await checkService(host);
  const { startType } = await host.queryService(DXA_SERVICE);
  const account = values?.get("ObjectName");
  return SERVICE.ok(
    `${state}, start type ${startType}${account?.type === "REG_SZ" ? `, runs as ${account.data}` : ""}`,
  );
}

async function role(host: DssHost): Promise<Check> {
  if (host.capabilities.roles) {
    refuseRole(host, await host.dirsyncRoles());
    return ROLE.ok("a Dirsync Server, no Dirsync Requestor");
  }
  return ROLE.unknown(
    "whether the server holds a Dirsync Server object and no Dirsync Requestor cannot be seen from here",
    "Look below Configuration, Connections in Exchange Administrator. A requestor would load any Resync.glb in Dxadata at its next start.",
  );
}
