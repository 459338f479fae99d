import { describe, expect, it } from "vitest";
import { textCodec, type CodePage } from "../../src/glb/code-page.ts";
import { guessCodePage } from "../../src/glb/infer/code-page-guess.ts";

/** Names as people have them, with few characters that only one code page has. */
const NAMES: readonly [CodePage, string[]][] = [
  [850, ["Jürgen Müller", "Renée Lefèvre", "Åsa Öström", "María Núñez", "Søren Kjær", "João Gonçalves"]],
  [852, ["Łukasz Wiśniewski", "Jiří Dvořák", "Zsófia Kovács", "Čeněk Šťastný", "Gyöngyi Őry", "Ştefan Ţepeş"]],
  [866, ["Иванов Сергей", "Наталья Кузнецова", "Щербаков Юрий", "Фёдор Достоевский"]],
  [737, ["Παπαδόπουλος Γιώργος", "Ελένη Νικολάου", "Κωνσταντίνος Ιωάννου", "Αθηνά Δημητρίου"]],
  [932, ["田中 太郎", "佐藤 花子", "ヤマダ イチロウ", "鈴木 さくら"]],
  [936, ["张伟", "王芳", "李娜", "刘洋", "陈静"]],
  [949, ["김철수", "이영희", "박민준", "최지우"]],
  [950, ["陳大文", "林美玲", "黃志明", "張家豪"]],
];

function encode(name: string, codePage: CodePage): Buffer {
  const target = Buffer.alloc(100);
  const unmappable: string[] = [];
  const end = textCodec(codePage).encodeInto(`A ${name}\tPCM:NET/PO/BOX`, target, 0, unmappable);
  expect(unmappable).toEqual([]);
  return target.subarray(0, end);
}

describe("the code page guessed from names", () => {
  it.each(NAMES)("is %i for %j", (codePage, names) => {
    const guess = guessCodePage(names.map((name) => encode(name, codePage)));
    expect(guess.codePage, guess.reason).toBe(codePage);
    expect(guess.guessed).toBe(true);
  });

  it("is 850 where 437 would read the same", () => {
    expect(guessCodePage([encode("Jürgen Müller", 437)]).codePage).toBe(850);
  });

  it.each(["田中太郎", "佐藤花子", "鈴木一郎", "高橋健", "渡辺美咲", "山本翔太", "小林誠"])(
    "is 932 for the ideographs of %s, which 949 reads as hangul that no name needs",
    (name) => {
      expect(guessCodePage([encode(name, 932)])).toMatchObject({ codePage: 932, rivals: [] });
    },
  );

  it("is uncertain where the bytes of a few names fit several pages, and says which", () => {
    const guess = guessCodePage([encode("陈静", 936)]);
    expect([guess.codePage, ...guess.rivals]).toContain(936);
    expect(guess.rivals).not.toEqual([]);
    expect(guess.reason).toMatch(/^uncertain, as .* would read them nearly as well/u);
  });

  it("is certain where another page would read the same names", () => {
    expect(guessCodePage([encode("Zsófia Kovács", 852)]).rivals).toEqual([]);
  });

  it.each(NAMES)("is the right one with a hundred names in %i", (codePage, names) => {
    const many = Array.from({ length: 100 }, (_, index) => encode(names[index % names.length] ?? "", codePage));
    expect(guessCodePage(many)).toMatchObject({ codePage, rivals: [] });
  });

  it("is 850 without characters beyond ASCII, with that as the reason", () => {
    expect(guessCodePage([Buffer.from("A Paul\tPCM:A/B/C")])).toMatchObject({
      codePage: 850,
      reason: expect.stringContaining("no text") as string,
    });
  });
});
