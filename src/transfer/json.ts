/** A manifest's content as the bytes of its file: UTF-8 JSON, two blanks of indent, CR LF; readable in any editor of the old hosts. */
export function encodeJson(content: object): Buffer {
  return Buffer.from(`${JSON.stringify(content, undefined, 2).replaceAll("\n", "\r\n")}\r\n`, "utf8");
}
