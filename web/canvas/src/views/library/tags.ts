/** Tags in a text that a person typed: between commas, each once, none longer than the library takes. */
export function tagsIn(text: string): readonly string[] {
  const tags = text.split(/[,，、\n]/).map((tag) => tag.trim().slice(0, 60));
  return [...new Map(tags.filter(Boolean).map((tag) => [tag.toLowerCase(), tag])).values()].slice(0, 50);
}
