import { tmpdir } from "node:os";
import { join } from "node:path";

/** Programs of Windows that the host is asked through. */
export type WindowsProgram = "reg" | "sc" | "wevtutil";

/** How Windows programs are started, and how their paths are found from here: on Windows itself, against another machine in its network, or under Wine. */
export interface WindowsMachine {
  /** For people and journals, unique for a host: `windows:DSS1`. */
  readonly label: string;
  /** The machine in the network that the programs are told to reach, by its name; they reach the one they run on when left out. */
  readonly remote?: string;
  /** Program and first arguments that run `program`. */
  command(program: WindowsProgram): readonly [string, ...string[]];
  /** Variables that the programs need beside our own. */
  readonly environment: Readonly<Record<string, string>>;
  /** This process's path of a Windows path, whose folders need not exist. */
  hostPath(windowsPath: string): Promise<string>;
  /** A path for a temporary file: as this process and as Windows programs name it. */
  temporaryFile(name: string): TemporaryFile;
}

export interface TemporaryFile {
  readonly hostPath: string;
  readonly windowsPath: string;
}

/** The machine that this process runs on, which must be Windows. `name` as `os.hostname()` gives it. */
export function thisWindows(name: string): WindowsMachine {
  const system = join(process.env["SystemRoot"] ?? "C:\\Windows", "System32");
  return {
    label: `windows:${name}`,
    command: (program) => [join(system, `${program}.exe`)],
    environment: {},
    hostPath: async (windowsPath) => windowsPath,
    temporaryFile(name) {
      const path = join(tmpdir(), name);
      return { hostPath: path, windowsPath: path };
    },
  };
}
