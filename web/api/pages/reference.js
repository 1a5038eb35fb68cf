/** The page of the API, made from /openapi.json, or from the description of one workflow that `?of=` names. */
import { h, inline, prose } from "./dom.js";
import { field, fields, kind, later } from "./schema.js";
import { trial } from "./try.js";

const METHODS = ["get", "post", "put", "patch", "delete", "head"];
const narrow = matchMedia("(max-width: 54rem)");
const menu = document.getElementById("menu");
const content = document.getElementById("content");
const token = document.getElementById("token");
const asked = new URLSearchParams(location.search).get("of") ?? "";
const source = /^\/api\/v1\/(workflows|templates)\/[\w.-]+\/openapi\.json$/.test(asked) ? asked : "/openapi.json";

/** The operations of a description, in its order, by group. */
function groups(api) {
  const found = new Map((api.tags ?? []).map((tag) => [tag.name, []]));
  for (const [path, methods] of Object.entries(api.paths))
    for (const method of METHODS)
      if (methods[method]) {
        const tag = methods[method].tags?.[0] ?? "other";
        if (!found.has(tag)) found.set(tag, []);
        found.get(tag).push({ ...methods[method], path, method });
      }
  return [...found].filter(([, operations]) => operations.length);
}

function intro(api) {
  const place = document.getElementById("intro");
  place.replaceChildren(
    h("h1", {}, source === "/openapi.json" ? `${api.info.title} API` : api.info.title),
    ...prose(api.info.description ?? api.info.summary ?? ""),
    h(
      "p.quiet",
      {},
      `Version ${api.info.version}. The description itself is at `,
      h("a", { href: source }, source),
      ". What is refused comes back as a problem (RFC 9457) that names every fault.",
    ),
  );
}

function operationElement(operation, api) {
  const path = operation.path.split(/({\w+})/).map((part) => (part.startsWith("{") ? h("i", {}, part) : breakable(part)));
  const details = h(
    "details.operation",
    { id: operation.operationId },
    h(
      "summary",
      {},
      h(`span.method.${operation.method}`, {}, operation.method.toUpperCase()),
      h("code.path", {}, path),
      h("span.summary", {}, inline(operation.summary ?? "")),
    ),
  );
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length < 2) details.append(inside(operation, api));
  });
  return details;
}

/** A path that may be broken after each slash. */
function breakable(text) {
  return text.split(/(?<=\/)/).flatMap((part) => [part, h("wbr")]);
}

function inside(operation, api) {
  const parameters = operation.parameters ?? [];
  const body = Object.entries(operation.requestBody?.content ?? {});
  return h(
    "div.inside",
    {},
    h(
      "div.about",
      {},
      operation.description ? prose(operation.description) : h("p", {}, inline(`${operation.summary}.`)),
      h("p.scope", {}, operation["x-scope"] ? ["Needs a token with the scope ", h("code", {}, operation["x-scope"]), ", where tokens are needed."] : "Needs no token."),
      parameters.length > 0 && [
        h("h3", {}, "Parameters"),
        h("ul.fields", {}, parameters.map((one) => field(one.name, one.schema, api, { required: one.required, description: where(one) }))),
      ],
      body.map(([type, one]) => [h("h3", {}, "Body"), one.schema ? fields(one.schema, api) : h("p", {}, `Bytes, ${type}.`)]),
      h("h3", {}, "Answers"),
      h("ul.answers", {}, answers(operation, api)),
    ),
    trial(operation, api),
  );
}

function where(parameter) {
  const place = parameter.in === "header" ? "A header." : "";
  return [place, parameter.description].filter(Boolean).join(" ");
}

function answers(operation, api) {
  const entries = Object.entries(operation.responses);
  const refused = entries.filter(([status]) => Number(status) >= 400);
  const done = entries.filter(([status]) => Number(status) < 400);
  return [
    done.map(([status, one]) =>
      h("li.good", {}, h("b", {}, status), h("div", {}, inline(one.description), contents(one, api))),
    ),
    refused.length > 0 &&
      h("li.bad", {}, h("b", {}, "4xx"), h("div", {}, later(`${refused.length} ways to be refused`, () => h("div", {}, h("ul.answers", {}, refused.map(([status, one]) => h("li.bad", {}, h("b", {}, status), one.description))))))),
  ];
}

function contents(answer, api) {
  return Object.entries(answer.content ?? {}).map(([type, one]) =>
    one.schema ? later(`Fields of ${one.schema.$ref?.split("/").pop() ?? kind(one.schema, api)}`, () => fields(one.schema, api, { answered: true })) : h("div.bounds", {}, type),
  );
}

function link(operation) {
  const words = `${operation.summary} ${operation.path} ${operation.method}`.toLowerCase();
  const short = operation.summary.split(/[:;,]/)[0];
  return h("li", {}, h("a", { href: `#${operation.operationId}`, title: operation.summary, "data-words": words }, short));
}

/** Open what the address names, and mark it in the menu. */
function follow({ first = false } = {}) {
  const name = decodeURIComponent(location.hash.slice(1));
  const target = name && document.getElementById(name);
  for (const one of menu.querySelectorAll("a")) one.setAttribute("aria-current", String(one.getAttribute("href") === `#${name}`));
  if (!target) return;
  if (target.tagName === "DETAILS" && target !== menu) {
    target.open = true;
    if (narrow.matches) menu.open = false;
    requestAnimationFrame(() => target.scrollIntoView({ behavior: first ? "instant" : "auto" }));
  }
}

function find(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let any = false;
  for (const group of document.getElementById("list").children) {
    let shown = false;
    for (const item of group.querySelectorAll("li")) {
      item.hidden = !words.every((word) => item.firstChild.dataset.words.includes(word));
      shown ||= !item.hidden;
    }
    group.hidden = !shown;
    any ||= shown;
  }
  document.getElementById("nothing").hidden = any;
}

async function begin() {
  const loading = document.getElementById("loading");
  let api;
  try {
    const headers = token.value ? { Authorization: `Bearer ${token.value.trim()}` } : {};
    const answer = await fetch(source, { headers });
    if (answer.status === 401) {
      loading.textContent = "This server wants a token: give it in the field above.";
      token.addEventListener("change", begin, { once: true });
      return;
    }
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    api = await answer.json();
  } catch (error) {
    loading.textContent = `The description can not be read: ${error.message}. Load the page again.`;
    return;
  }
  intro(api);
  for (const [tag, operations] of groups(api)) {
    document.getElementById("list").append(h("section", {}, h("h2", {}, tag), h("ul", {}, operations.map(link))));
    content.append(h("section.group", {}, h("h2", {}, tag), operations.map((one) => operationElement(one, api))));
  }
  document.getElementById("find").addEventListener("input", (event) => find(event.target.value));
  addEventListener("hashchange", () => follow());
  menu.addEventListener("click", (event) => {
    if (event.target.closest("a")?.hash === location.hash) follow();
  });
  const fit = () => (menu.open = !narrow.matches);
  narrow.addEventListener("change", fit);
  fit();
  follow({ first: true });
}

begin();
