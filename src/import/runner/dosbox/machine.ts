/** Letters DOSBox or the exchange folder need for themselves; A and B are floppy drives to a DOS program. */
export const TAKEN_LETTERS = "ABCZ";

/** The folders of a run: the exchange folder is C:, the others as named. */
export interface Mount {
  readonly letter: string;
  /** Absolute path on the host. */
  readonly folder: string;
}

/** The DOS machine: text screen, no sound, no keyboard layout, as fast as the host can; DOS 5.00 and about 630 KB free. */
const MACHINE = {
  sdl: { fullscreen: "false", output: "surface", usescancodes: "false" },
  dosbox: { machine: "svga_s3", memsize: "4" },
  render: { frameskip: "10" },
  cpu: { core: "auto", cycles: "max" },
  mixer: { nosound: "true" },
  midi: { mpu401: "none", mididevice: "none" },
  sblaster: { sbtype: "none" },
  gus: { gus: "false" },
  speaker: { pcspeaker: "false", disney: "false", tandy: "off" },
  joystick: { joysticktype: "none" },
  serial: { serial1: "disabled", serial2: "disabled" },
  dos: { xms: "true", ems: "false", umb: "true", keyboardlayout: "none" },
  ipx: { ipx: "false" },
};

/** SDL without a display or a sound card. */
export const HEADLESS = { SDL_VIDEODRIVER: "dummy", SDL_AUDIODRIVER: "dummy" };

/** dosbox.conf: the machine, the drives, and the one program that is run on it. Holds no secret. */
export function machineConfig(mounts: readonly Mount[], program: string): string {
  const sections = Object.entries(MACHINE).flatMap(([name, settings]) => [
    `[${name}]`,
    ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
  ]);
  return [...sections, "[autoexec]", "@ECHO OFF", ...mounts.map(mountLine), program, "EXIT", ""].join("\n");
}

/** The autoexec section is a batch file: `%` is doubled. */
export function mountLine({ letter, folder }: Mount): string {
  return `MOUNT ${letter} "${folder.replaceAll("%", "%%")}"`;
}
