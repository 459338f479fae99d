import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lookAtPlace, runChecksAtPlace } from "../../src/import/postoffice/at-place.ts";
import { openPostoffice } from "../../src/import/postoffice/postoffice.ts";
import { runChecks } from "../../src/import/postoffice/run-checks.ts";
import { postofficeTarget } from "../../src/push/postoffice-target.ts";
import { openShare } from "../../src/smb2/connect.ts";
import { createFile } from "../../src/smb2/files/create.ts";
import { createPostoffice } from "../../src/simulator/postoffice/create.ts";
import type { Delivery } from "../../src/transfer/deliver.ts";
import type { Manifest } from "../../src/transfer/manifest.ts";
import type { Place } from "../../src/transfer/place.ts";
import { localPlace } from "../../src/transfer/places/local.ts";
import { sftpPlace } from "../../src/transfer/places/sftp.ts";
import { openSmbPlace } from "../../src/transfer/places/smb.ts";
import { makeSshdBed, needSshd, SSHD_USER, type Sshd, type SshdBed } from "../servers/openssh.ts";
import { startSamba, type SambaServer } from "../servers/samba.ts";
import { need } from "../support/need.ts";
import { testContext } from "../import/support.ts";

const LIST = Buffer.from("A Mark\tPCM:NET/PO/mark\0".repeat(500));
const signal = new AbortController().signal;

/** A postoffice behind some place: where it stands here, and how the place is opened. */
interface Bed {
  folder(): string;
  open(root: string): Promise<Place>;
}

function contract(name: string, bed: Bed): void {
  describe(`a postoffice behind ${name}`, () => {
    let root: string;
    let outside: string;
    let delivery: Delivery;
    let parent: string;
    beforeEach(async () => {
      parent = mkdtempSync(join(bed.folder(), "po-"));
      outside = mkdtempSync(join(tmpdir(), "resync-drop-"));
      ({ root } = await createPostoffice(parent, { dss: "NET/DSS", external: [{ network: "NET", postoffice: "PO" }] }));
      // What serves it may be another user.
      execFileSync("chmod", ["-R", "a+rwX", parent]);
      const file = join(outside, "list.glb");
      writeFileSync(file, LIST);
      const sha256 = createHash("sha256").update(LIST).digest("hex");
      delivery = { file, manifest: { id: "x", size: LIST.length, sha256 } as unknown as Manifest };
    });
    afterEach(() => {
      rmSync(parent, { recursive: true });
      rmSync(outside, { recursive: true });
    });
    const at = (path: string) => join(root, path);
    const target = () => postofficeTarget({ label: "the postoffice", open: async () => bed.open(root) });
    const checks = async () => {
      const place = await bed.open(root);
      try {
        return await runChecksAtPlace(place, await lookAtPlace(place, signal), signal);
      } finally {
        await place.close();
      }
    };

    it("is checked as on this machine, but for what a place cannot tell", async () => {
      writeFileSync(at("GLB/SRVTRANS.GLB"), "an old queue");
      truncateSync(at("GLB/REQCONF.GLB"), 100);
      const told = (all: Awaited<ReturnType<typeof checks>>) =>
        all.filter(({ id }) => !["flag", "rights", "read-only", "disk"].includes(id));
      const here = told(await runChecks(await openPostoffice(root)));
      expect(told(await checks())).toEqual(here);
      const refused = here.filter(({ outcome }) => outcome === "refused").map(({ id }) => id);
      expect(refused).toEqual(["size:GLB/REQCONF.GLB", "queues"]);
    });

    it("gets the list as GLB\\RESYNC.GLB, whole, and nothing beside it", async () => {
      const before = readdirSync(at("GLB"));
      await target().check(await testContext());
      const context = await testContext();
      expect(await target().deliver(delivery, context)).toMatchObject({ outcome: "delivered" });
      expect(readFileSync(at("GLB/RESYNC.GLB")).equals(LIST)).toBe(true);
      expect(readdirSync(at("GLB")).toSorted()).toEqual([...before, "RESYNC.GLB"].toSorted());
      const steps = context.entries.flatMap((entry) => (entry.type === "intent" ? [entry.step] : []));
      expect(steps).toEqual(["deliver.write", "deliver.replace"]);
    });

    it("is left alone where an import would be refused, and never loses a list that waits", async () => {
      writeFileSync(at("GLB/RESYNC.GLB"), "somebody else's");
      for (const act of [
        async () => target().check(await testContext()),
        async () => target().deliver(delivery, await testContext()),
      ]) {
        await expect(act()).rejects.toMatchObject({ code: "POSTOFFICE_NOT_READY", facts: { refused: ["resync"] } });
      }
      expect(readFileSync(at("GLB/RESYNC.GLB"), "utf8")).toBe("somebody else's");
      rmSync(at("GLB/RESYNC.GLB"));
      writeFileSync(at("GLB/SRVCONF.GLB"), Buffer.alloc(1024));
      await expect(target().deliver(delivery, await testContext())).rejects.toMatchObject({
        facts: { refused: ["role"] },
      });
      expect(existsSync(at("GLB/RESYNC.GLB"))).toBe(false);
    });

    it("keeps out a file that is not what was checked", async () => {
      writeFileSync(delivery.file, LIST.subarray(1));
      const before = readdirSync(at("GLB"));
      await expect(target().deliver(delivery, await testContext())).rejects.toMatchObject({ code: "VERIFY_FAILED" });
      expect(readdirSync(at("GLB"))).toEqual(before);
    });

    it("is none without MASTER.GLB", async () => {
      rmSync(at("GLB/MASTER.GLB"));
      await expect(checks()).rejects.toMatchObject({ code: "POSTOFFICE_NOT_READY", reference: "Q132744" });
    });
  });
}

const here = mkdtempSync(join(tmpdir(), "resync-postoffices-"));
afterAll(() => rmSync(here, { recursive: true }));
contract("a folder of this machine", { folder: () => here, open: async (root) => localPlace(root) });

describe.skipIf(!needSshd())("through OpenSSH's sshd", () => {
  let bed: SshdBed;
  let server: Sshd;
  beforeAll(async () => {
    bed = await makeSshdBed();
    server = await bed.start();
  });
  afterAll(async () => bed.close());
  contract("SFTP", {
    folder: () => bed.data,
    open: async (path) =>
      sftpPlace(
        { kind: "sftp", user: SSHD_USER, host: "127.0.0.1", port: server.port, path },
        { ssh: { knownHostsFiles: [server.knownHosts], keyFiles: [bed.keys.ed25519], agent: false, stallMs: 10_000 } },
      ),
  });
});

describe.skipIf(!need("smbd"))("through Samba's smbd", () => {
  let server: SambaServer;
  beforeAll(async () => {
    server = await startSamba();
  });
  afterAll(async () => server.stop());
  const open = async (root: string) =>
    openSmbPlace(server.address("share", root.slice(server.folder("share").length + 1)), {
      password: async () => server.password,
    });
  contract("SMB", { folder: () => server.folder("share"), open });

  it("says that ADMIN holds FLAG.GLB", async () => {
    const parent = join(server.folder("share"), "held");
    mkdirSync(parent);
    const { root } = await createPostoffice(parent);
    rmSync(join(root, "GLB/FLAG.GLB"), { force: true });
    execFileSync("chmod", ["-R", "a+rwX", parent]);
    const { host, port, password } = server;
    const other = await openShare({
      host,
      port,
      share: "share",
      credentials: { user: "backup", domain: "", password },
    });
    let held = () => {};
    let free = () => {};
    const holding = new Promise<void>((resolve) => (held = resolve));
    const freed = new Promise<void>((resolve) => (free = resolve));
    const admin = createFile(
      other,
      "held\\MAILDATA\\GLB\\FLAG.GLB",
      (async function* () {
        yield Buffer.alloc(2);
        held();
        await freed;
      })(),
    );
    await holding;
    const flag = async () => {
      const place = await open(root);
      const found = (await runChecksAtPlace(place, await lookAtPlace(place, signal), signal)).find(
        ({ id }) => id === "flag",
      );
      await place.close();
      return found?.outcome;
    };
    expect(await flag()).toBe("refused");
    free();
    await admin;
    expect(await flag()).toBe("ok");
    await other.close();
  });
});
