/** The first page: how the server is, and its templates. */
import { h } from "./dom.js";

const state = document.getElementById("state");
const note = document.getElementById("note");

async function tellState() {
  try {
    const answer = await fetch("/readyz");
    const view = await answer.json();
    const started = view.workers.filter((worker) => worker.state === "ready").length;
    const workers = `${started} of ${view.workers.length} processes are up`;
    state.textContent = view.ready ? `Ready. ${workers}` : `Not ready. ${view.reason}`;
    state.parentElement.className = `state ${view.ready ? "good" : "bad"}`;
  } catch {
    state.textContent = "The server does not answer.";
    state.parentElement.className = "state bad";
  }
}

async function showTemplates() {
  try {
    const answer = await fetch("/api/v1/templates");
    if (answer.status === 401 || answer.status === 403) {
      note.textContent = "This server wants a token. The API page has a field for it, and lists the templates with it.";
      return;
    }
    const { templates } = await answer.json();
    note.textContent = templates.length ? "" : "There are none here.";
    note.hidden = templates.length > 0;
    document.getElementById("cards").append(...templates.map(card));
  } catch {
    note.textContent = "The templates can not be read just now. Load the page again.";
  }
}

function card(template) {
  const address = `/api/v1/templates/${encodeURIComponent(template.id)}`;
  const titles = template.inputs.map((one) => one.title);
  const inputs = titles.length > 5 ? `${titles.slice(0, 4).join(", ")} and ${titles.length - 4} more` : titles.join(", ");
  return h(
    "li.card",
    {},
    h(
      "div.head",
      {},
      h("div", {}, h("h3", {}, template.name), h("p.quiet", {}, template.description)),
      template.thumbnail && h("img", { src: template.thumbnail, alt: "", loading: "lazy", width: 96, height: 96 }),
    ),
    h("p.facts.quiet", {}, `${template.nodes} nodes. `, inputs ? `Takes ${inputs}.` : ""),
    h(
      "p.ways",
      {},
      h("a", { href: address, "aria-label": `Document of ${template.name}` }, "Document"),
      h("a", { href: `/docs?of=${address}/openapi.json#run`, "aria-label": `Run ${template.name}` }, "Inputs, and run it"),
    ),
  );
}

tellState();
showTemplates();
