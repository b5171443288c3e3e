// <po-countdown ends="2026-05-04T14:30:00Z" over="expired">14:30</po-countdown>: how long a place is held.
import { define } from "./define.js";

define("po-countdown", class extends HTMLElement {
  connectedCallback() {
    this.ends = new Date(this.getAttribute("ends"));
    if (Number.isNaN(this.ends.valueOf())) return;
    this.timer = setInterval(() => this.show(), 1000);
    this.show();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  show() {
    const seconds = Math.ceil((this.ends - Date.now()) / 1000);
    this.dataset.tone = seconds > 120 ? "good" : seconds > 0 ? "warn" : "bad";
    if (seconds <= 0) {
      this.textContent = this.getAttribute("over") || "expired";
      clearInterval(this.timer);
      this.dispatchEvent(new CustomEvent("po-over", { bubbles: true }));
      return;
    }
    const minutes = Math.floor(seconds / 60);
    this.textContent = minutes >= 2 ? `${minutes} min` : `${seconds} s`;
  }
});
