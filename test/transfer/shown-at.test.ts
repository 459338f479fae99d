import { expect, it } from "vitest";
import { shownAt } from "../../src/transfer/place.ts";

it.each([
  ["C:\\outbox", "C:\\outbox\\GLB\\RESYNC.GLB"],
  ["M:\\", "M:\\GLB\\RESYNC.GLB"],
  ["\\\\filer\\lists", "\\\\filer\\lists\\GLB\\RESYNC.GLB"],
  ["C:/outbox", "C:/outbox/GLB/RESYNC.GLB"],
  ["/srv/in/", "/srv/in/GLB/RESYNC.GLB"],
  ["sftp://me@gw/C:/in", "sftp://me@gw/C:/in/GLB/RESYNC.GLB"],
])("a file at %s is written %s", (label, shown) => {
  expect(shownAt(label, "GLB/RESYNC.GLB")).toBe(shown);
});
