import { check, type Check, type CheckVoice } from "../../../check.ts";
import { asResyncError } from "../../../errors.ts";
import { checkProgram, checkService, refuseTrigger } from "../check.ts";
import { refuseRole } from "../check-role.ts";
import { DXA_SERVICE, TRIGGER_VALUE, type DssHost } from "../dss-host.ts";
import { locateDxadata, readServiceValues, withFolder, type DssFolders, type ServiceValues } from "../locate.ts";
import { allChecks } from "./run-checks.ts";

/**
 * Every check of a push on a DSS, for a person, changing nothing: what would refuse it, what would be warned of, what cannot be told.
 * Throws only when the host is lost in the middle.
 */
export async function diagnoseDss(host: DssHost): Promise<Check[]> {
  const values = await attempt(check("dss-key", "Registry key of the service", "Q168539"), async (say) => {
    const found = await readServiceValues(host);
    return [say.ok(`${found.all.size} values`), found];
  });
  const service = await attempt(check("dss-service", `Service ${DXA_SERVICE}`, "Q176566"), async (say) => {
    const state = await checkService(host);
    return [say.ok(`${state}, start type ${(await host.queryService(DXA_SERVICE)).startType}${account(values.value)}`)];
  });
  const found = [values.check, service.check];
  if (values.value === undefined) return found;
  const known = values.value;
  found.push(
    (
      await attempt(check("dss-value", `Registry value ${TRIGGER_VALUE}`, "Q150976"), async (say) => {
        refuseTrigger(host, known);
        return [say.ok("not there, as it should be")];
      })
    ).check,
    (
      await attempt(check("dss-role", "Dirsync objects of the server", "Q151668"), async (say) => [
        await role(host, say),
      ])
    ).check,
  );
  const folders = await attempt(check("dss-dxadata", "Dxadata on the DSS", "Q185504"), async (say) => {
    const located = await locateDxadata(host, known);
    return [say.ok(`${located.dxadata} (${located.source})`), located];
  });
  found.push(folders.check);
  return folders.value === undefined ? found : [...found, ...(await furtherChecks(host, known, folders.value))];
}

/** A check that says no when looking fails; with what was found, when it did not. */
async function attempt<T = undefined>(
  say: CheckVoice,
  look: (say: CheckVoice) => Promise<[Check, T?]>,
): Promise<{ check: Check; value: T | undefined }> {
  try {
    const [made, value] = await look(say);
    return { check: made, value };
  } catch (error) {
    const { message, hint } = asResyncError(error);
    return { check: say.refused(message, hint), value: undefined };
  }
}

async function furtherChecks(host: DssHost, values: ServiceValues, folders: DssFolders): Promise<Check[]> {
  const program = await attempt(check("dss-program", "Dxa.exe", "Q143380"), async (say) => {
    const version = await checkProgram(host, folders);
    const where = folders.dxaExe ?? "where it lies cannot be told";
    return [folders.dxaExe === undefined ? say.unknown(where) : say.ok(where), version];
  });
  const dxadata = await withFolder(host, folders.dxadata, (place) => place.list());
  return [program.check, ...(await allChecks({ host, values, folders, dxaVersion: program.value, dxadata }))];
}

async function role(host: DssHost, say: CheckVoice): Promise<Check> {
  if (!host.capabilities.roles) {
    return say.unknown(
      "whether the server holds a Dirsync Server object and no Dirsync Requestor cannot be seen from here",
      "Look below Configuration, Connections in Exchange Administrator. A requestor would load any Resync.glb in Dxadata at its next start.",
    );
  }
  refuseRole(host, await host.dirsyncRoles());
  return say.ok("a Dirsync Server, no Dirsync Requestor");
}

function account(values: ServiceValues | undefined): string {
  const name = values?.get("ObjectName");
  return name?.type === "REG_SZ" ? `, runs as ${name.data}` : "";
}
