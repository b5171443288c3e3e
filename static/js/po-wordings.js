// <po-wordings>: choosing a reason puts its words into the form, unless somebody has written there.
import { define } from "./define.js";

define("po-wordings", class extends HTMLElement {
  connectedCallback() {
    this.reason = this.querySelector("select[name=reason_code]");
    this.text = this.querySelector("textarea[name=text]");
    if (!this.reason || !this.text) return;
    this.put = "";
    this.reason.addEventListener("change", () => this.fill());
    this.fill();
  }

  fill() {
    const now = this.text.value.trim();
    if (now && now !== this.put) return;
    const words = this.querySelector(`template[data-wording="${CSS.escape(this.reason.value)}"]`);
    this.put = words ? words.content.textContent.trim() : "";
    this.text.value = this.put;
  }
});
