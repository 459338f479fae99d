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

  it("is 850 without characters beyond ASCII, with that as the reason", () => {
    expect(guessCodePage([Buffer.from("A Paul\tPCM:A/B/C")])).toMatchObject({
      codePage: 850,
      reason: expect.stringContaining("no text") as string,
    });
  });
});
