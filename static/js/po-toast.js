// <po-toast>: goes after 8 s, but waits while it is pointed at or holds the focus.
import { define } from "./define.js";

const STAYS_MS = 8000;

define("po-toast", class extends HTMLElement {
  connectedCallback() {
    this.wait = () => { clearTimeout(this.timer); };
    this.go = () => { this.timer = setTimeout(() => this.remove(), STAYS_MS); };
    for (const event of ["pointerenter", "focusin"]) this.addEventListener(event, this.wait);
    for (const event of ["pointerleave", "focusout"]) this.addEventListener(event, this.go);
    this.go();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }
});
