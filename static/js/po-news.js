// <po-news url seconds>: asks whether a report that somebody waits for is over, and shows it among the toasts.
// The server answers 204 while none is; the header Reports-Awaited says how many are still waited for.
import { define } from "./define.js";

define("po-news", class extends HTMLElement {
  connectedCallback() {
    this.every = (Number(this.getAttribute("seconds")) || 4) * 1000;
    this.onVisible = () => (document.hidden ? clearTimeout(this.timer) : this.plan());
    this.onAnswer = ({ detail }) => { if (detail.elt === this) this.answered(detail.xhr); };
    document.addEventListener("visibilitychange", this.onVisible);
    this.addEventListener("htmx:afterRequest", this.onAnswer);
    this.plan();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.onVisible);
    this.removeEventListener("htmx:afterRequest", this.onAnswer);
    clearTimeout(this.timer);
  }

  plan() {
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => this.ask(), this.every * (0.9 + Math.random() * 0.2));
  }

  ask() {
    htmx.ajax("GET", this.getAttribute("url"), { source: this, target: ".toasts", swap: "beforeend" }).catch(() => {});
  }

  answered(xhr) {
    const isThere = xhr.status >= 200 && xhr.status < 300;
    this.every = isThere ? this.every : Math.min(60_000, this.every * 2);
    if (xhr.getResponseHeader("Reports-Awaited") === "0" || xhr.status === 403) this.remove();
    else this.plan();
  }
});
