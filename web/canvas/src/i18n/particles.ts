/** Korean particles after what is put into a text: files write both forms, and the sound before chooses one. */

/** What is written in files of words, with the form after a consonant and the one after a vowel. */
const PARTICLES: Readonly<Record<string, readonly [string, string]>> = {
  "을(를)": ["을", "를"],
  "이(가)": ["이", "가"],
  "은(는)": ["은", "는"],
  "과(와)": ["과", "와"],
  "(으)로": ["으로", "로"],
};

/** A letter or digit, what closes it, and a particle with both forms. */
const AFTER = /([\p{L}\p{N}])(["'”’)\]}]*)(을\(를\)|이\(가\)|은\(는\)|과\(와\)|\(으\)로)/gu;

/** Numbers are read in Korean, 0 to 9: 영 일 이 삼 사 오 육 칠 팔 구; tens, hundreds and more end like 십, 백. */
const DIGITS = "영일이삼사오육칠팔구";
const SYLLABLES = { first: 0xac00, last: 0xd7a3, finals: 28, rieul: 8 };

/** Each particle in the form that is said there; where nobody can know how a word is read, both stay. */
export function withParticles(text: string): string {
  return text.replaceAll(AFTER, (all, before: string, closing: string, particle: string) => {
    const [consonant, vowel] = PARTICLES[particle] ?? [particle, particle];
    const final = finalOf(DIGITS[Number(before)] ?? before);
    if (final === null) return all;
    const open = final === 0 || (particle === "(으)로" && final === SYLLABLES.rieul);
    return `${before}${closing}${open ? vowel : consonant}`;
  });
}

/** Which consonant a syllable ends on, 0 for none; null for what is no syllable of Hangul. */
function finalOf(letter: string): number | null {
  const code = letter.codePointAt(0) ?? 0;
  if (code < SYLLABLES.first || code > SYLLABLES.last) return null;
  return (code - SYLLABLES.first) % SYLLABLES.finals;
}
