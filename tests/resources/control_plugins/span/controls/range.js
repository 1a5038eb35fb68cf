// A slider with two handles, for a pair of numbers between 0 and 1.
const STEP = 0.01;

export default class extends HTMLElement {
  #low = this.#handle("Start");
  #high = this.#handle("End");
  #output = document.createElement("output");

  constructor() {
    super();
    const style = document.createElement("style");
    style.textContent = `
      :host { display: block; padding: 4px 2px; }
      input { width: 100%; display: block; accent-color: #4db6ac; }
      output { display: block; text-align: right; font-variant-numeric: tabular-nums; }`;
    this.attachShadow({ mode: "open" }).append(style, this.#low, this.#high, this.#output);
  }

  set value(pair) {
    const [low, high] = Array.isArray(pair) ? pair : [0, 1];
    this.#low.value = String(low);
    this.#high.value = String(high);
    this.#show();
  }

  set disabled(off) {
    this.#low.disabled = this.#high.disabled = off;
  }

  set language(tag) {
    const [start, end] = tag?.startsWith("ko") ? ["시작", "끝"] : ["Start", "End"];
    this.#low.setAttribute("aria-label", start);
    this.#high.setAttribute("aria-label", end);
  }

  #handle(label) {
    const input = document.createElement("input");
    Object.assign(input, { type: "range", min: "0", max: "1", step: String(STEP) });
    input.setAttribute("aria-label", label);
    input.addEventListener("input", () => {
      // the handle that is moved pushes the other before it
      if (input === this.#low && this.#pair()[0] > this.#pair()[1]) this.#high.value = this.#low.value;
      if (input === this.#high && this.#pair()[0] > this.#pair()[1]) this.#low.value = this.#high.value;
      this.#show();
      this.dispatchEvent(new CustomEvent("change", { detail: this.#pair() }));
    });
    return input;
  }

  #pair() {
    return [Number(this.#low.value), Number(this.#high.value)];
  }

  #show() {
    this.#output.textContent = this.#pair().map((one) => one.toFixed(2)).join(" – ");
  }
}
