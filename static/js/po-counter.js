// <po-counter data-currency="USD" data-decimals="2" data-locale="en-US">: what is to pay and the change
// to give, while lines are ticked and money is counted; keys tick lines. The server works it out anew.

import { define } from "./define.js";

define("po-counter", class extends HTMLElement {
  #quit;

  connectedCallback() {
    this.#quit = new AbortController();
    const { signal } = this.#quit;
    this.form = this.querySelector("form");
    this.sum = this.querySelector("[data-sum]");
    this.sum.hidden = false;
    document.addEventListener("input", () => this.#show(), { signal });
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#show();
  }

  disconnectedCallback() {
    this.#quit.abort();
  }

  get #lines() {
    return [...this.form.elements].filter((input) => input.name === "charge");
  }

  #minor(text) {
    const bare = text.replace(/[^0-9.]/g, "");
    return bare ? Math.round(Number(bare) * 10 ** Number(this.dataset.decimals)) : null;
  }

  #money(minor) {
    const { currency, locale, decimals } = this.dataset;
    return new Intl.NumberFormat(locale, { style: "currency", currency }).format(minor / 10 ** Number(decimals));
  }

  #show() {
    const owed = this.#lines.filter((line) => line.checked).reduce((sum, line) => sum + Number(line.dataset.minor), 0);
    const given = this.#minor(this.form.elements.given.value) ?? owed;
    const over = given - owed;
    const cash = this.form.elements.method.value === "cash";
    this.querySelector("[data-total]").textContent = this.#money(owed);
    this.querySelector("[data-take]").textContent = `Take ${this.#money(cash ? Math.min(owed, given) : given)}`;
    this.querySelector("[data-change]").textContent = this.#money(Math.abs(over));
    this.querySelector("[data-change-label]").textContent = over < 0 ? "Still owed" : cash ? "Change to give" : "Credit";
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) return;
    const key = event.key.toLowerCase();
    const line = this.#lines[Number(key) - 1];
    const way = { c: "cash", q: "cheque" }[key];
    if (line) line.checked = !line.checked;
    else if (key === "a") for (const one of this.#lines) one.checked = true;
    else if (way) this.form.elements.method.value = way;
    else return;
    this.#show();
  }
});
