// <po-search>: "/" goes to the search box, Escape leaves it.
import { define } from "./define.js";

const TYPING = "input, textarea, select, [contenteditable]";

define("po-search", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=search]");
    this.onKey = (event) => {
      if (event.key === "Escape" && document.activeElement === this.input) this.input.blur();
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest(TYPING)) return;
      event.preventDefault();
      this.input.focus();
      this.input.select();
    };
    document.addEventListener("keydown", this.onKey);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
  }
});
