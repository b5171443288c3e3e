// <po-live url version seconds zone …>: keeps figures fresh, says how old they are and when they stopped.
// The server answers 204 (nothing changed) or fragments with hx-swap-oob and a Live-Version header;
// Live-Written is from when they are, in words; Live-Seconds changes how often it asks.
import { define, written } from "./define.js";
import { focusHeld } from "./focus.js";

const LONGEST_WAIT = 60;

define("po-live", class extends HTMLElement {
  connectedCallback() {
    this.wait = this.every = Number(this.getAttribute("seconds")) || 10;
    this.version = this.getAttribute("version");
    this.seen = new Date();
    this.age = this.querySelector("[data-live-age]");
    this.button = this.querySelector("[data-live-pause]");
    this.notice = document.querySelector("[data-live-notice]");
    this.button.hidden = false;
    this.button.onclick = () => this.toggle();
    if (this.notice) this.notice.querySelector("[data-live-now]").onclick = () => this.ask();
    this.onVisible = () => (document.hidden ? clearTimeout(this.timer) : this.ask());
    this.onAnswer = ({ detail }) => { if (detail.elt === this) this.answered(detail.xhr); };
    document.addEventListener("visibilitychange", this.onVisible);
    window.addEventListener("online", this.onVisible);
    this.addEventListener("htmx:afterRequest", this.onAnswer);
    this.clock = setInterval(() => this.show(), 1000);
    this.plan();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.onVisible);
    window.removeEventListener("online", this.onVisible);
    this.removeEventListener("htmx:afterRequest", this.onAnswer);
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
    const held = focusHeld();
    // Errors are told by afterRequest, like answers: a timeout has status 0.
    await htmx.ajax("GET", address.pathname + address.search, { source: this, swap: "none" }).catch(() => {});
    this.asking = false;
    held();
    this.plan();
  }

  answered(xhr) {
    this.isStale = xhr.status < 200 || xhr.status >= 300;
    this.every = Number(xhr.getResponseHeader("Live-Seconds")) || this.every;
    this.wait = this.isStale ? Math.min(LONGEST_WAIT, this.wait * 2) : this.every;
    if (!this.isStale) {
      this.seen = new Date();
      this.version = xhr.getResponseHeader("Live-Version") || this.version;
      document.querySelectorAll("[data-live-written]").forEach((part) => { part.textContent = xhr.getResponseHeader("Live-Written") || part.textContent; });
    }
    document.querySelectorAll("[data-live]").forEach((part) => part.toggleAttribute("data-stale", this.isStale));
    if (this.notice) this.notice.hidden = !this.isStale;
    if (this.notice && this.isStale) this.notice.querySelector("p").textContent = written(this.getAttribute("retrying"), this.time(), this.wait);
    this.show();
  }

  toggle() {
    this.paused = !this.paused;
    this.button.querySelector("span").textContent = this.getAttribute(this.paused ? "resume" : "pause");
    this.button.setAttribute("aria-pressed", this.paused);
    this.show();
    if (this.paused) clearTimeout(this.timer);
    else this.ask();
  }

  show() {
    const still = this.paused || this.isStale;
    this.age.textContent = still ? written(this.getAttribute("stopped"), this.time())
      : written(this.getAttribute("updated"), Math.round((Date.now() - this.seen) / 1000));
    this.age.dataset.tone = still ? "warn" : "good";
  }

  time() {
    return this.seen.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: this.getAttribute("zone") || undefined });
  }
});
