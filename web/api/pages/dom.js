/** Making elements. Text is always text: nothing that a server says is read as HTML. */

/** An element: `h("p.quiet", {title: "…"}, "text", child, …)`. What is null or false is left out. */
export function h(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A text in which `code` stands between backticks, as paragraphs and lists of lines that begin with "- ". */
export function prose(text) {
  return text
    .split(/\n\s*\n/)
    .filter((part) => part.trim())
    .map((part) =>
      part.trim().startsWith("- ")
        ? h("ul", {}, part.trim().split(/\n?- /).filter(Boolean).map((line) => h("li", {}, inline(line))))
        : h("p", {}, inline(part)),
    );
}

/** One line of such a text. */
export function inline(text) {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 ? h("code", {}, part) : part));
}
