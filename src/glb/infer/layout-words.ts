import type { NumberPlace } from "./columns.ts";

/** `bytes 2–3 of each record`. */
export function where(place: Pick<NumberPlace, "region" | "offset" | "width">): string {
  const last = place.offset + place.width - 1;
  const bytes = place.width === 1 ? `byte ${place.offset}` : `bytes ${place.offset}–${last}`;
  return place.region === "before" ? `${bytes} of each record` : `${bytes} behind each text`;
}

/** `4 bytes, low byte first`, `10 decimal digits`. */
export function formWords(place: NumberPlace): string {
  if (place.form === "decimal") return `${place.width} decimal digits`;
  return place.width === 1 ? "1 byte" : `${place.width} bytes, ${place.form === "le" ? "low" : "high"} byte first`;
}

/** `0D 0A 00`. */
export function hexBytes(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(" ");
}

/** A share as `99.5 %`, rounded down so that only all are 100 %. */
export function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}
