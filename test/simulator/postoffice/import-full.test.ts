import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeRequestorConfig } from "../../../src/simulator/postoffice/records/config.ts";
import { ACKNOWLEDGEMENT, QUEUES, TEMPORARIES } from "../../../src/simulator/postoffice/queue.ts";
import { brokenSizes } from "./size-rules.ts";
import { changed, column, NOON, queue, testPostoffice } from "./support.ts";

const GOLDEN_LOG = new URL("../../../fixtures/postoffice/import-5000.log", import.meta.url);
const GO = "ADMIN -pPASSWORD -q -y -dM";

describe("a full import of 5,000 addresses", () => {
  const lists = Array.from({ length: 20 }, (_, list) => `PCM:NET${list % 4}/PO${list}`);
  const expected = lists.flatMap((list, at) =>
    Array.from({ length: 245 }, (_, index) => [`Person ${at} ${String(index).padStart(3, "0")}`, `${list}/u${index}`]),
  );
  const smtp = Array.from({ length: 100 }, (_, index) => [
    `Smtp ${String(index).padStart(3, "0")}`,
    `SMTP:u${index}@host`,
  ]);
  const transactions = [
    ...lists.flatMap((list, at) => [
      `R ${list}`,
      ...expected.slice(at * 245, at * 245 + 245).map(([alias, address]) => `A ${alias}\t${address}`),
    ]),
    "R SMTP:",
    ...smtp.map(([alias, address]) => `A ${alias}\t${address}`),
    "R X400:",
    "A Xavier\tX400:/c=US/admd=X/",
    "R PCM:SIMNET/SIMPO",
    "A Own User\tPCM:SIMNET/SIMPO/own",
  ];

  test("gives the right lists, numbers, queues and log", async () => {
    await using postoffice = await testPostoffice({
      dss: "EXNET/EXPO",
      gateways: [{ type: "SMTP", names: [{ alias: "Local only", address: "local@only" }] }],
      external: [{ network: "NET0", postoffice: "PO0", names: [{ alias: "Local only", address: "lonely" }] }],
      sync: { reqSync: 3, srvSync: 50, importSync: 1 },
      pending: ["A Never Sent\tPCM:SIMNET/SIMPO/never", "D Sent Later\tPCM:SIMNET/SIMPO/later"],
    });
    const { files, built } = postoffice;
    const gal = postoffice.fingerprint();
    await postoffice.drop(transactions, { impSeq: 2, reqSeq: 4, srvSeq: 90 });
    await postoffice.import(`${GO} -v`, { now: NOON });

    const log = postoffice.rawLog();
    const listed = [...expected, ...smtp].map(([alias = "", address = ""]) => column(alias, address));
    const extracted = await postoffice.extract();
    expect(extracted.toSorted()).toEqual(listed.toSorted());

    expect(decodeRequestorConfig(files.read("GLB/REQCONF.GLB"))).toMatchObject({
      reqSync: 4,
      srvSync: 90,
      importSync: 2,
    });
    expect(await queue(postoffice, "REQTRANS")).toEqual([
      [4, ACKNOWLEDGEMENT],
      [5, "D Sent Later\tPCM:SIMNET/SIMPO/later"],
    ]);
    for (const name of QUEUES) expect([name, files.size(`GLB/${name}.GLB`)]).toEqual([name, 0]);
    for (const name of [...TEMPORARIES, "RESYNC", "SORTLOCK", "SORT0001"]) {
      expect([name, files.exists(`GLB/${name}.GLB`)]).toEqual([name, false]);
    }
    expect(files.read("GLB/FLAG.GLB").readUInt16LE(0)).toBe(1);
    expect(brokenSizes(built.root)).toEqual([]);
    const touched = changed(gal, postoffice.fingerprint());
    expect(touched.filter((name) => /^(NME\/(ADMIN|GAL)|GLB\/(ACCESS|MASTER|GAL))/u.test(name))).toEqual([]);
    expect(log).toBe(readFileSync(GOLDEN_LOG, "latin1"));
  });

  test("done again changes no list, and REQTRANS keeps its 49 bytes", async () => {
    await using postoffice = await testPostoffice({ dss: "EXNET/EXPO", gateways: [{ type: "SMTP" }] });
    await postoffice.drop(transactions);
    await postoffice.import(GO);
    const before = await postoffice.extract();
    await postoffice.drop(transactions);
    await postoffice.import(GO);
    expect(await postoffice.extract()).toEqual(before);
    expect(postoffice.files.size("GLB/REQTRANS.GLB")).toBe(49);
    expect(brokenSizes(postoffice.built.root)).toEqual([]);
  });
});
