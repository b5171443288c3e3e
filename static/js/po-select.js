// <po-select>: a head box that ticks every row below it, and the bar that counts them.
import { define, written } from "./define.js";

define("po-select", class extends HTMLElement {
  connectedCallback() {
    this.bar = this.querySelector("[data-selected-bar]");
    this.counts = [...this.querySelectorAll("[data-selected]")];
    this.words = this.counts.map((count) => count.dataset.selected || count.textContent);
    this.addEventListener("change", (event) => {
      if (event.target.matches("[data-select-all]")) this.rows.forEach((box) => { box.checked = event.target.checked; });
      this.show();
    });
    this.show();
  }

  get rows() {
    return [...this.querySelectorAll("[data-select]")];
  }

  show() {
    const chosen = this.rows.filter((box) => box.checked).length;
    const head = this.querySelector("[data-select-all]");
    if (head) {
      head.checked = chosen > 0 && chosen === this.rows.length;
      head.indeterminate = chosen > 0 && chosen < this.rows.length;
    }
    if (this.bar) this.bar.hidden = chosen === 0;
    this.counts.forEach((count, at) => { count.textContent = written(this.words[at], chosen); });
  }
});
