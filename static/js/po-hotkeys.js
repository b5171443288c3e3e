// <po-hotkeys>: a key presses or goes to what inside has it as data-hotkey; not while one types.
import { define } from "./define.js";

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

define("po-hotkeys", class extends HTMLElement {
  connectedCallback() {
    this.onKey = (event) => this.press(event);
    document.addEventListener("keydown", this.onKey);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape" && this.contains(document.activeElement)) document.activeElement.blur();
    if (event.target.closest?.(TYPING)) return;
    const found = [...this.querySelectorAll("[data-hotkey]")].find((one) => one.dataset.hotkey === event.key.toLowerCase());
    if (!found) return;
    event.preventDefault();
    if (found.matches(TYPING)) found.select();
    found.focus();
    if (!found.matches(TYPING)) found.click();
  }
});
