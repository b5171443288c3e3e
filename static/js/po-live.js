// <po-live url version seconds …>: keeps figures fresh, says how old they are, and when they stopped.
// The server answers 204 (nothing changed) or fragments with hx-swap-oob and a Live-Version header.
import { define, written } from "./define.js";

const LONGEST_WAIT = 60;

define("po-live", class extends HTMLElement {
  connectedCallback() {
    this.every = Number(this.getAttribute("seconds")) || 10;
    this.wait = this.every;
    this.version = this.getAttribute("version");
    this.seen = new Date();
    this.paused = false;
    this.age = this.querySelector("[data-live-age]");
    this.button = this.querySelector("[data-live-pause]");
    this.notice = document.querySelector("[data-live-notice]");
    this.button.hidden = false;
    this.button.onclick = () => this.toggle();
    if (this.notice) this.notice.querySelector("[data-live-now]").onclick = () => this.ask();
    this.onVisible = () => (document.hidden ? clearTimeout(this.timer) : this.ask());
    document.addEventListener("visibilitychange", this.onVisible);
    this.clock = setInterval(() => this.show(), 1000);
    this.plan();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.onVisible);
    clearInterval(this.clock);
    clearTimeout(this.timer);
  }

  plan() {
    clearTimeout(this.timer);
    if (this.paused || document.hidden) return;
    this.timer = setTimeout(() => this.ask(), this.wait * 1000 * (0.9 + Math.random() * 0.2));
  }

  async ask() {
    if (this.asking || this.paused) return;
    this.asking = true;
    const address = new URL(this.getAttribute("url"), location.href);
    if (this.version) address.searchParams.set("v", this.version);
    let answered = false;
    const heard = (event) => {
      if (event.detail.elt !== this) return;
      const { status } = event.detail.xhr;
      answered = status >= 200 && status < 300;
      if (answered) this.version = event.detail.xhr.getResponseHeader("Live-Version") || this.version;
    };
    this.addEventListener("htmx:afterRequest", heard);
    await htmx.ajax("GET", address.pathname + address.search, { source: this, swap: "none" }).catch(() => {});
    this.removeEventListener("htmx:afterRequest", heard);
    this.asking = false;
    this.stale(!answered);
    this.wait = answered ? this.every : Math.min(LONGEST_WAIT, this.wait * 2);
    if (answered) this.seen = new Date();
    else if (this.notice) this.notice.querySelector("p").textContent = written(this.getAttribute("retrying"), this.time(), this.wait);
    this.show();
    this.plan();
  }

  toggle() {
    this.paused = !this.paused;
    this.button.querySelector("span").textContent = this.getAttribute(this.paused ? "resume" : "pause");
    this.button.setAttribute("aria-pressed", this.paused);
    this.show();
    if (this.paused) clearTimeout(this.timer);
    else this.ask();
  }

  stale(is) {
    this.isStale = is;
    document.querySelectorAll("[data-live]").forEach((part) => part.toggleAttribute("data-stale", is));
    if (this.notice) this.notice.hidden = !is;
  }

  show() {
    const still = this.paused || this.isStale;
    const seconds = Math.round((Date.now() - this.seen) / 1000);
    this.age.textContent = still
      ? written(this.getAttribute("stopped"), this.time())
      : written(this.getAttribute("updated"), seconds);
    this.age.dataset.tone = still ? "warn" : "good";
  }

  time() {
    return this.seen.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  }
});
