/**
 * Characters that hide what a text says from the person who reads it, or from
 * whoever checks it: invisible ones, letters of one script that look like
 * those of another, letters that are drawn as symbols. Pure.
 */

/** Invisible, private or unassigned; ones that some scripts and emoji need are judged by their neighbours. */
const HIDDEN = /[\p{Cf}\p{Co}\p{Cn}\p{Cs}\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/u;
const NEEDED_JOINER = /(?<=[\p{Script=Arabic}\p{Script=Devanagari}]\p{M}*)[\u200c\u200d]/gu;
const EMOJI_JOINER =
  /(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d(?=\p{Extended_Pictographic})/gu;
const DIRECTION_MARK = /[\u200e\u200f\u061c]/g;
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}]/u;
/** Line ends and tabs are ordinary. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

const WORD = /[\p{L}\p{M}]+/gu;
const LATIN = /\p{Script=Latin}/u;
/** Scripts whose letters pass for Latin ones. */
const LOOK_ALIKE =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}]/u;
/** Latin letters that are made for phonetics and turned or small versions of others. */
const PHONETIC = /[\u0250-\u02af\u1d00-\u1dbf\ua720-\ua7ff\u{1df00}-\u{1dfff}]/gu;
/** Letters as symbols: mathematical, circled, squared, flags, superscripts. */
const DRAWN = /[\u2070-\u209c\u2100-\u214f\u2460-\u24ff\u{1d400}-\u{1d7ff}\u{1f100}-\u{1f1ff}]/gu;
const A_FEW = 3;
/** More marks on one letter than any orthography puts there. */
const PILED_MARKS = /\p{M}{4,}/u;

/** Scripts that the patterns in `phrases.ts` can be read in. */
const READABLE =
  /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Devanagari}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Common}\p{Script=Inherited}]*$/u;

/** What is wrong with the characters of a text, or undefined. */
export function deceptiveCharacters(text: string): string | undefined {
  const visible = text.replace(NEEDED_JOINER, '').replace(EMOJI_JOINER, '');
  const marksAllowed = RIGHT_TO_LEFT.test(visible);
  if (HIDDEN.test(marksAllowed ? visible.replace(DIRECTION_MARK, '') : visible))
    return 'invisible characters';
  if (CONTROL.test(text)) return 'control characters';
  if ((text.match(WORD) ?? []).some((word) => LATIN.test(word) && LOOK_ALIKE.test(word))) {
    return 'letters of several scripts in one word';
  }
  if (count(text, PHONETIC) >= A_FEW || count(text, DRAWN) >= A_FEW) return 'letters in the form of symbols';
  if (PILED_MARKS.test(text)) return 'piled-up marks';
  if (!READABLE.test(text)) return 'a script that cannot be checked';
  return undefined;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
