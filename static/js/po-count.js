// <po-count data-currency="USD" data-decimals="2" data-locale="en-US">: what the notes and coins come to while
// they are counted. Enter goes to the next one. The server adds them up anew.

import { define } from "./define.js";

define("po-count", class extends HTMLElement {
  connectedCallback() {
    this.querySelector("[data-sum]").hidden = false;
    this.addEventListener("input", () => this.#show());
    this.addEventListener("keydown", (event) => this.#next(event));
    this.#show();
  }

  get #pieces() {
    return [...this.querySelectorAll("[data-minor]")];
  }

  #show() {
    const { currency, locale, decimals } = this.dataset;
    const minor = this.#pieces.reduce((sum, input) => sum + Number(input.dataset.minor) * Number(input.value || 0), 0);
    const written = new Intl.NumberFormat(locale, { style: "currency", currency });
    this.querySelector("[data-total]").textContent = written.format(minor / 10 ** Number(decimals));
  }

  #next(event) {
    const after = this.#pieces[this.#pieces.indexOf(event.target) + 1];
    if (event.key !== "Enter" || !after) return;
    event.preventDefault();
    after.focus();
  }
});
