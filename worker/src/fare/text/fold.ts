/**
 * The ways in which a text can be read: as it is, with look-alike letters and
 * digits taken for what they look like, backwards, rotated, or decoded. A
 * pattern is looked for in each. Pure.
 */

/** Where they change how a letter is said, not which one it is; kana and Devanagari are other letters without them. */
const MARKS =
  /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}]\p{M}*)\p{M}/gu;

/** Lower case, compatibility forms made plain, no marks on letters: "Genêhmigt" and "ｇｅｎｅｈｍｉｇｔ" are "genehmigt". */
export function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(MARKS, '')
    .normalize('NFC')
    .replace(/[’‘´]/g, "'")
    .replace(/\s+/g, ' ');
}

/** Cyrillic and Greek letters that look like Latin ones. */
const LOOK_ALIKES = new Map(
  Object.entries({
    a: 'аαɑ',
    b: 'ьв',
    c: 'сϲ',
    d: 'ԁ',
    e: 'еεє',
    h: 'һн',
    i: 'іιї',
    j: 'ј',
    k: 'кκ',
    l: 'ӏ',
    m: 'м',
    n: 'пη',
    o: 'оοσ',
    p: 'рρ',
    s: 'ѕ',
    t: 'тτ',
    u: 'υ',
    v: 'ѵν',
    w: 'ԝωѡш',
    x: 'хχ',
    y: 'уγ',
  }).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);

const LEET = new Map(
  Object.entries({ 0: 'o', 1: 'l', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's', '!': 'i' }),
);

const BETWEEN_LETTERS = /(?<=\p{L})[-_.*~^|·•/\\+]+(?=\p{L})/gu;

/** Every reading of a text, folded. */
export function readings(text: string): string[] {
  const folded = fold(text);
  return [
    folded,
    replaced(folded, LOOK_ALIKES),
    folded.replace(/\S*[a-z]\S*/g, (word) => (/[0-9@$!]/.test(word) ? replaced(word, LEET) : word)),
    [...folded].reverse().join(''),
    folded.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97)),
    folded.replace(BETWEEN_LETTERS, ''),
    folded.replace(BETWEEN_LETTERS, ' '),
  ];
}

/** Text that only a decoder can read: escapes, entities, runs that decode to words, letters set apart. */
export function encodedText(text: string): boolean {
  if (/(?:%[0-9a-f]{2}.?){3,}|(?:&(?:#x?[0-9a-f]+|[a-z]{2,8});\s*){3,}/i.test(text)) return true;
  if (/(?:\\(?:u\{?[0-9a-f]{4,6}\}?|x[0-9a-f]{2}|[0-7]{3})\s*){3,}/i.test(text)) return true;
  if (
    /(?:\b0[xb]?[0-9a-f]{2,8}\b[\s,]*){4,}|(?:\b[01]{8}\b\s*){3,}|(?:(?:^|\s)[.\-–·]{1,5}(?=[\s/])){6,}/i.test(
      text,
    )
  ) {
    return true;
  }
  if (/(?:(?<!\p{L})\p{L}[\s.\-_*|,/·:+]{1,3}){5,}\p{L}(?!\p{L})/u.test(text)) return true;
  if (numbersThatSpell(text)) return true;
  const runs = text.match(/[A-Za-z0-9+/_-]{12,}={0,2}/g) ?? [];
  return runs.some((run) => spellsWords(fromBase64(run)) || spellsWords(fromHex(run)));
}

/** Character codes in a row: "65 76 76 79 87 69 68". */
function numbersThatSpell(text: string): boolean {
  const rows = text.match(/(?:\b\d{2,3}\b[\s,;-]*){5,}/g) ?? [];
  return rows.some((row) => {
    const codes = (row.match(/\d+/g) ?? []).map(Number);
    return /allow|approv|ignor|answer|instruct|penalt|refund/i.test(String.fromCharCode(...codes));
  });
}

function spellsWords(decoded: string | undefined): boolean {
  if (decoded === undefined || decoded.length < 6) return false;
  const printable = decoded.match(/[\x20-\x7e\n]/g)?.length ?? 0;
  const letters = decoded.match(/[A-Za-z ]/g)?.length ?? 0;
  return printable === decoded.length && letters / decoded.length > 0.8;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function fromBase64(run: string): string | undefined {
  const digits = [...run.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')];
  if (digits.length % 4 === 1) return undefined;
  let bits = 0;
  let width = 0;
  let text = '';
  for (const digit of digits) {
    bits = ((bits << 6) | BASE64.indexOf(digit)) & 0xffff;
    width += 6;
    if (width < 8) continue;
    width -= 8;
    text += String.fromCharCode((bits >> width) & 0xff);
  }
  return text;
}

function fromHex(run: string): string | undefined {
  if (!/^(?:[0-9a-f]{2})+$/i.test(run)) return undefined;
  return run.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
}

function replaced(text: string, by: ReadonlyMap<string, string>): string {
  return [...text].map((character) => by.get(character) ?? character).join('');
}
