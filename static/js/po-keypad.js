// <po-keypad>: large keys over a plate input, for gloves. The phone's own keyboard stays away.
import { define } from "./define.js";
import { tidy } from "./plates.js";

define("po-keypad", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input.plate__typed");
    this.input.inputMode = "none";
    this.querySelector("[data-keys]").hidden = false;
    this.addEventListener("click", (event) => this.press(event.target.closest("[data-key]")));
    this.input.addEventListener("input", () => {
      this.input.value = tidy(this.input.value);
      this.fit();
    });
    this.fit();
  }

  // A long plate is written smaller, so that none of it is out of sight.
  fit() {
    this.input.parentElement.toggleAttribute("data-long", this.input.value.length > 8);
  }

  press(button) {
    if (!button) return;
    const { key } = button.dataset;
    if (key === "clear") this.input.value = "";
    else if (key === "delete") this.input.value = this.input.value.slice(0, -1).trimEnd();
    else if (this.input.value.length < this.input.maxLength) this.input.value += key;
    this.fit();
    navigator.vibrate?.(8);
  }
});
