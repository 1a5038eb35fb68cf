/** Trying an operation: a form, the request as curl, and the answer. */
import { h } from "./dom.js";
import { example, kind, resolve } from "./schema.js";

const SHOWN = 200_000; // characters of an answer that are shown
const token = document.getElementById("token");

/** The part of the page that sends an operation's requests. */
export function trial(operation, api) {
  const controls = (operation.parameters ?? []).map((one) => control(one, api));
  const body = bodyControl(operation, api);
  const send = h("button.button.first", { type: "submit" }, "Send");
  const stop = h("button.button", { type: "button", hidden: true }, "Stop");
  const message = h("p.message", { role: "alert" });
  const curl = h("pre", { tabindex: 0, "aria-label": "The request as curl" });
  const answer = h("div", { "aria-live": "polite" });
  const required = controls.filter((one) => one.parameter.required);
  const optional = controls.filter((one) => !one.parameter.required);
  const form = h(
    "form",
    { novalidate: true },
    required.map((one) => one.label),
    body?.label,
    optional.length
      ? h("details.optional", {}, h("summary", {}, `${optional.length} more, if you like`), h("div", {}, optional.map((one) => one.label)))
      : null,
    h("div.row", {}, send, stop),
    message,
  );
  const show = () => {
    curl.textContent = asCurl(request(operation, controls, body));
  };
  form.addEventListener("input", () => {
    message.textContent = "";
    for (const one of form.querySelectorAll(".wrong")) one.classList.remove("wrong");
    show();
  });
  token.addEventListener("input", show);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = fault(controls, body);
    if (wrong) {
      message.textContent = wrong.text;
      wrong.element.classList.add("wrong");
      wrong.element.focus();
      return;
    }
    const controller = new AbortController();
    stop.onclick = () => controller.abort();
    send.disabled = true;
    stop.hidden = false;
    try {
      await showAnswer(answer, request(operation, controls, body), controller.signal);
    } finally {
      send.disabled = false;
      stop.hidden = true;
    }
  });
  show();
  return h("div.try", {}, h("h3", {}, "Try it"), form, shown("As curl", curl), answer);
}

function control(parameter, api) {
  const schema = resolve(parameter.schema, api);
  const plain = (schema.anyOf ?? [schema]).map((one) => resolve(one, api)).find((one) => one.type !== "null") ?? schema;
  const many = plain.type === "array";
  const values = plain.enum ?? (plain.type === "boolean" ? [true, false] : null);
  const input = values
    ? h("select", {}, h("option", { value: "" }, "as by default"), values.map((one) => h("option", { value: one }, String(one))))
    : h("input", {
        type: "text",
        placeholder: parameter.example ?? (many ? `${kind(plain.items, api)}, …` : kind(plain, api)),
        autocomplete: "off",
        spellcheck: "false",
      });
  return { parameter, many, input, label: h("label", {}, h("span", {}, h("code", {}, parameter.name)), input) };
}

function bodyControl(operation, api) {
  const content = operation.requestBody?.content;
  if (!content) return null;
  const [type, { schema, example: given }] = Object.entries(content)[0];
  if (type === "application/json") {
    const text = JSON.stringify(given ?? example(schema, api), null, 2);
    const input = h("textarea", { spellcheck: "false", rows: Math.min(16, text.split("\n").length + 1) });
    input.value = text;
    return { type, input, json: true, label: h("label.whole", {}, h("span", {}, "Body, JSON"), input) };
  }
  const input = h("input", { type: "file" });
  return { type, input, json: false, label: h("label", {}, h("span", {}, "Body, a file"), input) };
}

function fault(controls, body) {
  for (const { parameter, input } of controls)
    if (parameter.required && !input.value) return { element: input, text: `Give a value for '${parameter.name}'.` };
  if (body?.json)
    try {
      JSON.parse(body.input.value);
    } catch (error) {
      return { element: body.input, text: `The body is not JSON: ${error.message}.` };
    }
  if (body && !body.json && !body.input.files.length) return { element: body.input, text: "Choose a file to send." };
  return null;
}

function request(operation, controls, body) {
  let path = operation.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const { parameter, many, input } of controls) {
    const value = input.value;
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, value ? encodeURIComponent(value) : `{${parameter.name}}`);
    else if (value === "") continue;
    else if (parameter.in === "header") headers[parameter.name] = value;
    else for (const one of many ? value.split(",").map((part) => part.trim()).filter(Boolean) : [value]) query.append(parameter.name, one);
  }
  if (token.value) headers.Authorization = `Bearer ${token.value.trim()}`;
  let sent;
  if (body?.json) {
    headers["Content-Type"] = body.type;
    sent = body.input.value;
  } else if (body) {
    sent = body.input.files[0];
    headers["Content-Type"] = sent?.type || "application/octet-stream";
  }
  const said = query.toString();
  return { method: operation.method.toUpperCase(), path: said ? `${path}?${said}` : path, headers, sent };
}

function asCurl({ method, path, headers, sent }) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = [`curl ${method === "GET" ? "" : `-X ${method} `}${quoted(location.origin + path)}`];
  for (const [name, value] of Object.entries(headers))
    parts.push(`-H ${quoted(`${name}: ${name === "Authorization" ? "Bearer $LATENTGRAPH_TOKEN" : value}`).replace("Bearer $LATENTGRAPH_TOKEN'", "Bearer '\"$LATENTGRAPH_TOKEN\"")}`);
  if (typeof sent === "string") parts.push(`-d ${quoted(compact(sent))}`);
  else if (method !== "GET" && "Content-Type" in headers) parts.push(`--data-binary ${quoted(`@${sent?.name ?? "FILE"}`)}`);
  return parts.join(" \\\n  ");
}

function compact(text) {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

async function showAnswer(place, { method, path, headers, sent }, signal) {
  const begun = performance.now();
  const status = h("span.status", {}, "Sending …");
  const holder = h("div.shown", {}, h("h4", {}, status));
  place.replaceChildren(holder);
  try {
    const answer = await fetch(path, { method, headers, body: sent, signal });
    const took = Math.max(1, Math.round(performance.now() - begun));
    status.textContent = `${answer.status} ${answer.statusText}, ${took} ms`;
    status.classList.add(answer.ok ? "good" : "bad");
    const heads = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    const type = (answer.headers.get("Content-Type") ?? "").split(";")[0];
    await showBody(holder, answer, type);
    holder.append(h("details.more", {}, h("summary", {}, "Headers of the answer"), h("div", {}, h("pre", { tabindex: 0 }, heads))));
  } catch (error) {
    if (signal.aborted) return;
    status.textContent = `No answer came: ${error.message}`;
    status.classList.add("bad");
  }
}

async function showBody(holder, answer, type) {
  const text = h("pre", { tabindex: 0, "aria-label": "The answer" });
  if (type.startsWith("image/")) {
    const src = URL.createObjectURL(await answer.blob());
    holder.append(h("img", { src, alt: "The answer, a picture", onload: () => URL.revokeObjectURL(src) }));
  } else if (type === "text/event-stream") {
    holder.append(text);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text.textContent = (text.textContent + part.value).slice(-SHOWN);
      text.scrollTop = text.scrollHeight;
    }
  } else {
    const said = await answer.text();
    if (!said) return;
    text.textContent = pretty(said, type).slice(0, SHOWN);
    holder.append(text);
    if (said.length > SHOWN) holder.append(h("p.quiet", {}, "The rest is not shown."));
  }
}

function pretty(text, type) {
  if (!type.endsWith("json")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function shown(title, element) {
  const copy = h("button", { type: "button" }, "Copy");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(element.textContent);
      copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(element);
      copy.textContent = "Selected";
    }
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  });
  return h("div.shown", {}, h("h4", {}, title, copy), element);
}
