/** Whether a text has all the words that were typed, whatever their case, accents and order. */
export function hasWords(text: string, typed: string): boolean {
  const plain = (one: string) =>
    one
      .normalize("NFKD")
      .replaceAll(/\p{Mn}/gu, "")
      .toLowerCase();
  const inside = plain(text);
  return plain(typed)
    .split(/\s+/)
    .every((word) => inside.includes(word));
}
