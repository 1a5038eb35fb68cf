// Runs one control of a pack between the page around this frame and the pack's script: docs/packs.md.
const host = window.parent;
let told = 0;

function tell(message) {
  try {
    host.postMessage(message, "*"); // only pages of this server may have this frame
  } catch (error) {
    host.postMessage({ kind: "failed", message: String(error) }, "*"); // a value that can not be sent
  }
}

try {
  const code = document.getElementById("control").textContent.trim();
  const { default: Control } = await import(`data:text/javascript;charset=utf-8;base64,${code}`);
  customElements.define("pack-control", Control);
  const element = document.createElement("pack-control");
  const height = () => Math.ceil(element.getBoundingClientRect().height);

  element.addEventListener("change", (event) => {
    if (event.target === element && event instanceof CustomEvent) {
      tell({ kind: "change", value: event.detail });
    }
  });
  window.addEventListener("error", (event) => tell({ kind: "failed", message: event.message }));
  window.addEventListener("message", (event) => {
    if (event.source !== host || event.data?.kind !== "value") return;
    const { value, schema, theme, language, disabled } = event.data;
    if (language) document.documentElement.lang = language;
    document.documentElement.style.colorScheme = theme === "light" || theme === "dark" ? theme : "";
    Object.assign(element, { schema, theme, language, disabled: Boolean(disabled) });
    element.value = value; // last, so that it is shown by all the others
  });

  document.body.append(element);
  new ResizeObserver(() => {
    if (height() !== told) {
      told = height();
      tell({ kind: "resize", height: told });
    }
  }).observe(element);
  told = height();
  tell({ kind: "ready", height: told });
} catch (error) {
  tell({ kind: "failed", message: String(error) });
}
