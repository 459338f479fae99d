import type { Clock } from "../clock.ts";
import { showEvent, type LinesOptions } from "./lines.ts";
import type { ReportEvent, Reporter } from "./reporter.ts";
import { paint } from "./style.ts";

/** Redraws of the moving line a second at the most, times ten: 10 Hz. */
const REDRAW_MS = 100;
const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

interface Moving {
  title: string;
  startedMs: number;
  done: number;
  total: number | undefined;
  unit: "bytes" | "records";
}

/**
 * For a person at a terminal: finished steps as lines, the one under way (the last begun of several) as a moving last line with a bar and
 * its rate. It takes no input and holds no terminal mode, so that Ctrl-C always reaches the program.
 */
export function terminalReporter(
  write: (text: string) => void,
  clock: Clock,
  options: LinesOptions,
): Reporter & { /** Ends the moving line and its timer. */ close(): void } {
  /** Steps under way by whose and which they are, in the order in which they began. */
  const moving = new Map<string, Moving>();
  let drawn = false;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;

  const wipe = () => {
    if (drawn) write("\r\u001b[2K");
    drawn = false;
  };
  const draw = () => {
    const last = [...moving.values()].at(-1);
    if (last === undefined || options.quiet) return;
    frame = (frame + 1) % FRAMES.length;
    const elapsedMs = clock.monotonic() - last.startedMs;
    write(
      `\r\u001b[2K${movingLine(last, { elapsedMs, frame: FRAMES[frame] ?? "", others: moving.size - 1 }, options)}`,
    );
    drawn = true;
  };
  const begin = (key: string, title: string) => {
    moving.delete(key);
    moving.set(key, { title, startedMs: clock.monotonic(), done: 0, total: undefined, unit: "bytes" });
    timer ??= setInterval(draw, REDRAW_MS);
    timer.unref();
  };
  const end = (key: string) => {
    moving.delete(key);
    if (moving.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  return {
    emit(event: ReportEvent) {
      const { requestor = "" } = event;
      const key = "id" in event ? `${requestor}\n${event.id}` : "";
      if (event.type === "progress") {
        const step = moving.get(key);
        if (step) Object.assign(step, { done: event.done, total: event.total, unit: event.unit });
        return;
      }
      if (event.type === "step") {
        begin(key, requestor === "" ? event.title : `${requestor}: ${event.title}`);
        draw();
        return;
      }
      const text = showEvent(event, options);
      if (event.type.startsWith("step-")) {
        end(key);
        wipe();
      }
      if (text !== undefined) {
        wipe();
        write(`${text}\n`);
      }
      draw();
    },
    close() {
      for (const key of moving.keys()) end(key);
      wipe();
    },
  };
}

function movingLine(
  moving: Moving,
  { elapsedMs, frame, others }: { elapsedMs: number; frame: string; others: number },
  { style }: LinesOptions,
): string {
  const title = others > 0 ? `${moving.title} (+${others})` : moving.title;
  const head = `  ${paint(style, "cyan", frame)} ${title}`;
  const seconds = `${Math.floor(elapsedMs / 1000)} s`;
  if (moving.done === 0) return elapsedMs < 1000 ? head : `${head}  ${paint(style, "dim", seconds)}`;
  const rate = elapsedMs > 0 ? `  ${showAmount(moving.done / (elapsedMs / 1000), moving.unit)}/s` : "";
  const amount = showAmount(moving.done, moving.unit);
  if (moving.total === undefined || moving.total === 0) return `${head}  ${amount}${rate}`;
  const part = Math.min(1, moving.done / moving.total);
  const percent = `${Math.floor(part * 100)} %`.padStart(5);
  const room = style.width - title.length - 4 - percent.length - rate.length - 4;
  return `${head}  ${bar(part, Math.min(30, room))}${percent}${rate}`;
}

function bar(part: number, width: number): string {
  if (width < 5) return "";
  const full = Math.round(part * width);
  return `${"█".repeat(full)}${"░".repeat(width - full)}`;
}

/** `1.2 MB`, `5,000 records`. Decimal units, as the old systems' and today's disks are sold. */
export function showAmount(amount: number, unit: "bytes" | "records"): string {
  if (unit === "records") return `${Math.round(amount).toLocaleString("en-US")} records`;
  const steps = ["bytes", "kB", "MB", "GB"];
  let value = amount;
  let index = 0;
  while (value >= 1000 && index < steps.length - 1) {
    value /= 1000;
    index += 1;
  }
  return index === 0 ? `${Math.round(value)} bytes` : `${value.toFixed(1)} ${steps[index]}`;
}
