/** A text that authors of nodes and workflows wrote: paragraphs, with `names` in them set apart. */

import "./prose.css";
import { createElement } from "react";

interface Props {
  readonly text: string;
  readonly className: string;
}

export function Prose({ text, className }: Props) {
  const paragraphs = text.split(/\n\s*\n/).filter(Boolean);
  return paragraphs.map((paragraph) => {
    const parts = paragraph.split("`");
    const shown = parts.map((part, at) => (at % 2 === 1 ? createElement("code", null, part) : part));
    return createElement("p", { key: paragraph, className: `prose ${className}` }, ...shown);
  });
}

/** The same where only letters can be shown, as in a title. */
export function plainProse(text: string): string {
  return text.replaceAll("`", "");
}
