import type { Recipient, RecipientList } from "../recipient.ts";

/** Recipients a postoffice has at most; MS Mail allows 500 local users (Q123376). */
const PER_POSTOFFICE = 450;
/** Of a hundred recipients, so many are behind the SMTP gateway, and so many are fax numbers. */
const SMTP_SHARE = 7;
const FAX_SHARE = 3;

const FAMILY = parts(
  "Adler Bäcker Böhm Brandão Carlsson Çelik Dubois Dupré Eriksson Fernández Fischer Ford Fröhlich García Gößner Grünwald Hansen Hofmann " +
    "Ibáñez Jäger Jensen Jørgensen Keller Köhler Krüger Lefèvre Lindström Löwe Martin Meier Møller Müller Nuñez Öberg O'Brien Pérez " +
    "Petersen Quist Richter Rößler Sánchez Schäfer Schmidt Schröder Søndergaard Strauß Thomsen Ülkü Vögele Wagner Weiß Yáñez Zöllner",
);
const GIVEN = parts(
  "Åsa André Anna Björn Carla Céline Daniel Elif Émile Erik Françoise Georg Günter Hélène Ingrid Jörg José Jürgen Karin Lars Léa " +
    "Marie Mónica Niels Óscar Paul René Sören Teresa Thomas Ute Véronique Wolf Yvonne Zoë",
);
const NOBODY: Part = { name: "", plain: "" };
const NETWORKS = ["NORTH", "SOUTH", "HARBOUR", "PLANT", "MUSEUM", "OFFICE"];

/**
 * A made-up directory of `entries` recipients (10 to 1,000,000), always the same for the same number: several networks and postoffices,
 * a list of SMTP and one of fax addresses. Names come again, as in life, and all of them exist in code page 850.
 */
export function generatedLists(entries: number): RecipientList[] {
  const smtp = Math.max(1, Math.floor((entries * SMTP_SHARE) / 100));
  const fax = Math.max(1, Math.floor((entries * FAX_SHARE) / 100));
  const local = entries - smtp - fax;
  const postoffices = Math.max(2, Math.ceil(local / PER_POSTOFFICE));
  const lists = Array.from({ length: postoffices }, (_, index) => {
    const from = Math.floor((local * index) / postoffices);
    const to = Math.floor((local * (index + 1)) / postoffices);
    const list = `pcm:${postofficeName(index)}`;
    return { list, recipients: people(from, to, (person, number) => `${list}/${mailbox(person, number)}`) };
  });
  return [
    ...lists,
    { list: "smtp:", recipients: people(local, local + smtp, (person, number) => `smtp:${smtpName(person, number)}`) },
    { list: "fax:", recipients: people(local + smtp, entries, faxAddress) },
  ];
}

/** `NORTH/PO1`: the networks by turns. */
function postofficeName(index: number): string {
  return `${NETWORKS[index % NETWORKS.length] ?? "NORTH"}/PO${Math.floor(index / NETWORKS.length) + 1}`;
}

interface Part {
  readonly name: string;
  /** Its letters without accents. */
  readonly plain: string;
}

interface Person {
  readonly family: Part;
  readonly given: Part;
}

/** Iterable again and again: each turn starts over. */
function people(from: number, to: number, address: (person: Person, number: number) => string): Iterable<Recipient> {
  return {
    *[Symbol.iterator]() {
      for (let number = from; number < to; number++) {
        const person = personOf(number);
        yield { name: `${person.family.name}, ${person.given.name}`, address: address(person, number) };
      }
    },
  };
}

function personOf(number: number): Person {
  const mixed = Math.imul(number ^ (number >>> 15), 0x2c1b3c6d) >>> 0;
  return {
    family: FAMILY[mixed % FAMILY.length] ?? NOBODY,
    given: GIVEN[Math.floor(mixed / FAMILY.length) % GIVEN.length] ?? NOBODY,
  };
}

/** Up to 10 letters and digits (Q96001), unique by the number. */
function mailbox(person: Person, number: number): string {
  const digits = number.toString(36).toUpperCase();
  return person.family.plain.toUpperCase().slice(0, 10 - digits.length) + digits;
}

function smtpName(person: Person, number: number): string {
  return `${person.given.plain}.${person.family.plain}${number}@example.org`.toLowerCase();
}

/** Recipient, location, company, phone (Q96003). */
function faxAddress(person: Person, number: number): string {
  return `fax:${person.family.name}~Harbour~Example Works~0049 40 ${String(number).padStart(7, "0")}`;
}

function parts(names: string): Part[] {
  return names.split(" ").map((name) => ({ name, plain: withoutAccents(name) }));
}

function withoutAccents(name: string): string {
  return name
    .replace("ß", "ss")
    .replace("ø", "o")
    .normalize("NFD")
    .replace(/[^A-Za-z]/gu, "");
}
