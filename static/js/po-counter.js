// <po-counter data-currency="USD" data-decimals="2" data-locale="en-US" data-notes="[10000, 5000]">: a sale by
// keyboard, what is to pay and the change to give while money is counted. It works without; docs/guides/counter.md.

import { minorOf, nextNote, tell } from "./counter-sums.js";
import { define } from "./define.js";

const TEXT = "input:not([type=checkbox], [type=radio]), textarea, select";

define("po-counter", class extends HTMLElement {
  connectedCallback() {
    this.quit = new AbortController();
    this.who = this.querySelector("[name=q]");
    this.form = this.querySelector("#take");
    this.given = this.form?.elements.given;
    this.notes = JSON.parse(this.dataset.notes);
    this.unit = 10 ** Number(this.dataset.decimals);
    document.addEventListener("keydown", (event) => this.#key(event), { signal: this.quit.signal });
    this.who.addEventListener("focus", () => this.who.select());
    if (document.activeElement === this.who) this.who.select();
    if (!this.form) return;
    this.querySelector("[data-sum]").hidden = false;
    this.addEventListener("input", () => this.#show());
    this.addEventListener("click", (event) => this.#quick(event));
    this.#show();
  }

  disconnectedCallback() {
    this.quit.abort();
  }

  get #rows() {
    return [...this.querySelectorAll("[data-row]")];
  }

  get #owed() {
    return this.#rows.filter((row) => row.checked).reduce((sum, row) => sum + Number(row.dataset.minor), 0);
  }

  get #typed() {
    return minorOf(this.given.value, this.dataset.decimals);
  }

  #show() {
    if (this.form) tell(this, { owed: this.#owed, typed: this.#typed, isCash: this.form.elements.method.value === "cash" });
  }

  #give(minor) {
    this.given.value = minor === null ? "" : (minor / this.unit).toFixed(Number(this.dataset.decimals));
    this.given.focus();
    this.#show();
  }

  #quick(event) {
    const button = event.target.closest("[data-quick]");
    if (!button) return;
    event.preventDefault();
    this.#give(Number(button.dataset.quick));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const at = event.target, isAmount = at === this.given, isText = at.matches?.(TEXT) && !isAmount;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "F2" || key === "Escape") this.who.focus();
    else if (key === "F8") this.querySelector("[data-last]")?.click();
    else if (isText && !(at === this.who && key === "ArrowDown")) return;
    else if (!this.#act(key, at, isAmount)) return;
    event.preventDefault();
    this.#show();
  }

  // Does what a key means here; returns whether it means anything.
  #act(key, at, isAmount) {
    const rows = this.#rows, place = rows.indexOf(at);
    const way = this.form && [...this.form.elements.method].find((one) => one.dataset.key === key);
    const chosen = !isAmount && /^[1-9]$/.test(key) && rows[Number(key) - 1];
    if (key === "ArrowDown" || key === "ArrowUp") (rows[place + (key === "ArrowDown" ? 1 : -1)] ?? this.given ?? this.who).focus();
    else if (chosen) chosen.click();
    else if (!this.form) return false;
    else if (key === "Enter" && place >= 0) this.given.focus();
    else if (key === "a") for (const row of rows) row.checked = true;
    else if (key === "=") this.#give(null);
    else if (key === "+") this.#give(nextNote(this.#typed ?? this.#owed, this.notes, this.unit));
    else if (way) way.checked = true;
    else return false;
    return true;
  }
});
