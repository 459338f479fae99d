import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import type { PostofficeFailure } from "../../../src/simulator/postoffice/failures.ts";
import { testPostoffice, type TestPostoffice } from "./support.ts";

const GO = ["ADMIN", "-pPASSWORD", "-q", "-y", "-dM"];

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
});

function start(postoffice: TestPostoffice, program: "import" | "rebuild", args: string[]): ChildProcess {
  const { built } = postoffice;
  const child = spawn(process.execPath, [built.programs[program], ...args], { cwd: built.root });
  running.add(child);
  child.on("exit", () => running.delete(child));
  return child;
}

async function run(
  postoffice: TestPostoffice,
  program: "import" | "rebuild",
  args: string[],
  typed = "",
): Promise<{ code: number | null; screen: string; errors: string }> {
  const child = start(postoffice, program, args);
  let screen = "";
  let errors = "";
  child.stdout?.on("data", (text: Buffer) => void (screen += text.toString("latin1")));
  child.stderr?.on("data", (text: Buffer) => void (errors += text.toString("latin1")));
  child.stdin?.end(typed);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, screen, errors };
}

async function dropped(): Promise<TestPostoffice> {
  const postoffice = await testPostoffice({ dss: "N/P", gateways: [{ type: "SMTP" }] });
  await postoffice.drop(["R PCM:N/P", "A Ann\tPCM:N/P/ann"]);
  return postoffice;
}

/** Waits until `condition` holds, looking every few milliseconds, as long as the program runs. */
async function until(child: ChildProcess, condition: () => boolean): Promise<void> {
  while (!condition()) {
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("as processes", () => {
  test("IMPORT and REBUILD do their work from the postoffice's root and end with 0", async () => {
    await using postoffice = await dropped();
    expect(await run(postoffice, "import", GO)).toEqual({ code: 0, screen: "", errors: "" });
    expect(await run(postoffice, "rebuild", ["-f", "-dM"])).toMatchObject({ code: 0, errors: "" });
    expect(postoffice.log().map((line) => line.trimEnd())).toEqual([
      "Status       Microsoft (R) Mail Import V3.5",
      "Status       Import is finished.",
      "Status       Microsoft (R) Mail GAL Rebuild Utility Version 3.5",
      "Status       Number of entries in GAL:        2",
      "Status",
    ]);
    expect(postoffice.files.size("NME/GAL.NME")).toBe(2 * 45);
  });

  test("a redirected STDOUT gets the screen only with -n (Q112897), or when simulation.json says so", async () => {
    await using postoffice = await dropped();
    const wrong = ["ADMIN", "-pWRONG", "-q", "-y", "-dM"];
    expect((await run(postoffice, "import", wrong)).screen).toBe("");
    expect((await run(postoffice, "import", [...wrong, "-n"])).screen).toBe("Bad ID or Password\r\n");
    postoffice.built.simulate({ directVideo: false });
    expect((await run(postoffice, "import", wrong)).screen).toBe("Bad ID or Password\r\n");
  });

  test("the exit code is what simulation.json says, whatever happened (Q112204)", async () => {
    await using postoffice = await dropped();
    postoffice.built.simulate({ exitCode: 65 });
    expect((await run(postoffice, "import", GO)).code).toBe(65);
    postoffice.built.simulate({ failure: "fatal-7" });
    await postoffice.drop(["R PCM:N/P"]);
    expect((await run(postoffice, "import", GO)).code).toBe(0);
  });

  test.each([
    ["y\r\n", true],
    ["n\r\n", false],
    ["", false],
  ])("without -y the answer %j decides", async (typed, goesOn) => {
    await using postoffice = await dropped();
    const { screen } = await run(postoffice, "import", ["-n", ...GO.filter((argument) => argument !== "-y")], typed);
    expect(screen).toContain("Continue (Y/N)? ");
    expect(postoffice.log()).toHaveLength(goesOn ? 2 : 0);
    expect(postoffice.files.exists("GLB/RESYNC.GLB")).toBe(!goesOn);
  });

  test("a simulation.json that cannot be used is said on stderr", async () => {
    await using postoffice = await dropped();
    writeFileSync(`${postoffice.built.executables}/simulation.json`, '{ "failure": "fatal-8" }');
    const { code, errors } = await run(postoffice, "import", GO);
    expect(code).not.toBe(0);
    expect(errors).toContain("simulation.json cannot be used");
  });
});

describe.skipIf(process.platform === "win32")("hanging", () => {
  test.each<PostofficeFailure>(["hang-idle", "hang-busy", "hang-81"])(
    "%s ignores Ctrl+C, and leaves queues, temporaries and SORTLOCK when killed",
    async (failure) => {
      await using postoffice = await dropped();
      const { files } = postoffice;
      postoffice.built.simulate({ failure });
      const child = start(postoffice, "import", ["-n", ...GO]);
      let screen = "";
      child.stdout?.on("data", (text: Buffer) => void (screen += text.toString("latin1")));
      await until(child, () => files.size("GLB/USRTRANS.GLB") > 0);
      child.kill("SIGINT");
      await until(child, () => screen.includes("^C"));
      child.kill("SIGINT");
      await until(child, () => screen.includes("^C^C"));
      expect(child.exitCode).toBeNull();
      if (failure === "hang-busy") {
        const temporary = files.path("GLB/SORT0001.GLB");
        await until(child, () => existsSync(temporary));
        const { mtimeMs } = statSync(temporary);
        await until(child, () => statSync(temporary).mtimeMs > mtimeMs);
      }
      child.kill("SIGKILL");
      await once(child, "exit");
      expect(files.exists("GLB/SORTLOCK.GLB")).toBe(true);
      expect(files.exists("GLB/IUSRTRAN.GLB")).toBe(true);
      expect(files.size("GLB/SRVTRANS.GLB")).toBeGreaterThan(0);
      expect(files.exists("GLB/RESYNC.GLB")).toBe(true);
      const errors = failure === "hang-81" ? Array<string>(3).fill("Error  [ 81] No mailbox name:") : [];
      expect(postoffice.log()).toEqual(["Status       Microsoft (R) Mail Import V3.5", ...errors]);
    },
  );

  test("REBUILD stands still before a zero-byte ADMIN.NME (Q119018)", async () => {
    await using postoffice = await dropped();
    postoffice.files.write("NME/ADMIN.NME", "");
    const child = start(postoffice, "rebuild", ["-f", "-dM"]);
    await until(child, () => postoffice.log().length === 1);
    child.kill("SIGINT");
    child.kill("SIGKILL");
    const [, signal] = (await once(child, "exit")) as [number | null, string];
    expect(signal).toBe("SIGKILL");
    expect(postoffice.files.exists("NME/GAL.NME")).toBe(false);
  });

  test("rests before each step as long as it is told", async () => {
    await using postoffice = await dropped();
    postoffice.built.simulate({ stepDelayMs: 10_000 });
    const child = start(postoffice, "import", GO);
    await until(child, () => postoffice.files.exists("GLB/SORTLOCK.GLB"));
    expect(postoffice.files.size("GLB/SRVTRANS.GLB")).toBe(0);
    child.kill("SIGKILL");
    await once(child, "exit");
  });
});
