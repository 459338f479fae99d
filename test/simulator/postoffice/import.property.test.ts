import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeText } from "../../../src/simulator/postoffice/records/text.ts";
import { brokenSizes } from "./size-rules.ts";
import { testPostoffice } from "./support.ts";

/** Lists of the model: two postoffices that exist, one that does not yet, an installed gateway; and three that take nothing. */
const LISTS = ["PCM:N/A", "pcm:n/a", "PCM:N/B", "PCM:NEW/C", "SMTP:"] as const;
const TAKES_NOTHING = ["PCM:SIMNET/SIMPO", "X400:", "SNADS:GATE/DGN"] as const;

const alias = fc.oneof(
  fc.constantFrom("Ann", "ANN", "Bob", "Müller", "MÜLLER", "Ñandú", "A very long name of 30 letters"),
  fc.stringMatching(/^[A-Za-z][A-Za-z ,.']{0,10}[A-Za-z]$/u),
);
const mailbox = fc.stringMatching(/^[a-z0-9]{1,10}$/u);
const list = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...LISTS) }, fc.constantFrom(...TAKES_NOTHING));

type Change =
  | {
      readonly kind: "A" | "D" | "M";
      readonly list: string;
      readonly alias: string;
      readonly user: string;
      readonly to: string;
    }
  | { readonly kind: "R"; readonly list: string };

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("R" as const), list }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom("A", "A", "A", "D", "M"), list, alias, user: mailbox, to: alias }),
  },
);

function text(change: Change): string {
  if (change.kind === "R") return `R ${change.list}`;
  const address = change.list.endsWith(":") ? `${change.list}${change.user}@h` : `${change.list}/${change.user}`;
  const first = `${change.kind} ${change.alias}\t${address}`;
  return change.kind === "M" ? `${first}\r\n  ${change.to}\t${address}` : first;
}

/** What the lists should be: alias in upper case → alias and address, by list in upper case. */
function model(changes: readonly Change[]): string[] {
  const lists = new Map<string, Map<string, { alias: string; address: string }>>();
  for (const change of changes) {
    const key = change.list.toUpperCase();
    if ((TAKES_NOTHING as readonly string[]).includes(key)) continue;
    const names = lists.get(key) ?? new Map<string, { alias: string; address: string }>();
    lists.set(key, names);
    if (change.kind === "R") names.clear();
    else {
      const address = key.endsWith(":") ? `${key}${change.user}@h` : `${key}/${change.user}`;
      const has = (name: string): boolean => names.has(name.toUpperCase());
      const put = (name: string): void => void names.set(name.toUpperCase(), { alias: name, address });
      if (change.kind === "A" && !has(change.alias)) put(change.alias);
      if (change.kind === "D") names.delete(change.alias.toUpperCase());
      if (change.kind === "M") {
        const same = change.alias.toUpperCase() === change.to.toUpperCase();
        if (has(change.alias) && !same && has(change.to)) continue;
        if (!has(change.alias) && has(change.to)) continue;
        names.delete(change.alias.toUpperCase());
        put(change.to);
      }
    }
  }
  return [...lists.values()].flatMap((names) =>
    [...names.values()].map(({ alias, address }) => `A ${alias.padEnd(30)} ${address}`),
  );
}

test("after any transactions, -x gives the lists that they make", async () => {
  await using postoffice = await testPostoffice({
    dss: "N/A",
    gateways: [{ type: "SMTP" }],
    external: [{ network: "N", postoffice: "B" }],
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 60 }), async (changes) => {
      postoffice.reset();
      await postoffice.drop(changes.map(text));
      await postoffice.import("ADMIN -pPASSWORD -q -y -dM");
      expect((await postoffice.extract()).map(asModelled).toSorted()).toEqual(model(changes).toSorted());
      expect(brokenSizes(postoffice.built.root)).toEqual([]);
      expect(postoffice.log().at(-1)).toBe("Status       Import is finished.");
    }),
    { numRuns: 100, interruptAfterTimeLimit: 10_000 },
  );
});

/** Text instead of bytes; network and postoffice in upper case as in the model, since the first spelling met is the one that stays. */
function asModelled(line: string): string {
  return decodeText(Buffer.from(line, "latin1")).replace(/(PCM:.*)\/([^/]*)$/u, (_, list: string, user: string) => {
    return `${list.toUpperCase()}/${user}`;
  });
}
