// <po-plate-input region="id">: shows the plate as officers see it, and doubts a letter among digits.
import { define } from "./define.js";
import { doubt, tidy } from "./plates.js";

define("po-plate-input", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector(".input--plate");
    this.echo = this.querySelector("[data-plate-echo]");
    this.notice = this.querySelector("[data-plate-doubt]");
    this.words = this.querySelector("[data-plate-doubt-text]");
    this.template = this.words.textContent;
    this.region = document.getElementById(this.getAttribute("region"));
    this.input.addEventListener("input", () => this.show());
    this.region?.addEventListener("change", () => this.show());
    this.show();
  }

  show() {
    const { selectionStart } = this.input;
    const plate = tidy(this.input.value);
    if (plate !== this.input.value) {
      this.input.value = plate;
      this.input.setSelectionRange(selectionStart, selectionStart);
    }
    this.echo.hidden = !plate;
    this.echo.querySelector(".plate__number").textContent = plate;
    this.band(this.region?.selectedOptions?.[0]?.textContent ?? "");
    const other = doubt(plate);
    this.notice.hidden = !other;
    if (other) this.offer(other);
  }

  offer(other) {
    const [before, after] = this.template.split("{0}");
    const change = document.createElement("button");
    change.type = "button";
    change.className = "link";
    change.textContent = other;
    change.onclick = () => {
      this.input.value = other;
      this.input.focus();
      this.show();
    };
    this.words.replaceChildren(before, change, after ?? "");
  }

  band(name) {
    const shown = this.echo.querySelector(".plate__region");
    if (shown) shown.textContent = name;
    else if (name) this.echo.querySelector(".plate").insertAdjacentHTML("afterbegin", '<span class="plate__region"></span>');
    if (!shown && name) this.echo.querySelector(".plate__region").textContent = name;
  }
});
