import type { InspectedItems } from "./inspected.ts";

/**
 * Records in the manner of `LISTQ -c -t` (Q96060): checksum, date stamp in ctime form, six-digit sync number, transaction. The stored
 * checksum is shown where the layout has one. How many blanks part the columns is not preserved in any article.
 */
export async function* listqText(items: InspectedItems): AsyncGenerator<string> {
  yield "CRC  Date stamp                Sync#   Transaction\n";
  for await (const batch of items) {
    let lines = "";
    for (const item of batch) {
      if (item.kind === "damage") {
        lines += `**** ${item.length} bytes at ${item.offset}: ${item.why}\n`;
        continue;
      }
      const checksum = item.checksum === undefined ? "----" : hex(item.checksum);
      const sync = item.sync === undefined ? "------" : String(item.sync).padStart(6, "0");
      lines += `${checksum} ${ctime(item.stamp)}  ${sync}  ${item.text.replaceAll("\r\n", "\n")}\n`;
    }
    yield lines;
  }
  yield "End of Queue\n";
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Thu Apr 07 12:13:52 1994`; the clock is taken as it was written, without a time zone. */
function ctime(stamp: number | undefined): string {
  if (stamp === undefined) return "-".repeat(24);
  const date = new Date(stamp * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${two(date.getUTCDate())} ${time} ${date.getUTCFullYear()}`;
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, "0");
}
