import { describe } from "vitest";
import { fuzzHalf } from "./mutations.ts";

describe("whatever is in the file", () => {
  fuzzHalf(1);
});
