// <po-toast seconds>: goes after 8 s or what it says, but waits while it is pointed at or holds the focus.
import { define } from "./define.js";

const STAYS = 8;

define("po-toast", class extends HTMLElement {
  connectedCallback() {
    this.wait = () => { clearTimeout(this.timer); };
    this.go = () => { this.timer = setTimeout(() => this.remove(), (Number(this.getAttribute("seconds")) || STAYS) * 1000); };
    for (const event of ["pointerenter", "focusin"]) this.addEventListener(event, this.wait);
    for (const event of ["pointerleave", "focusout"]) this.addEventListener(event, this.go);
    this.go();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }
});
