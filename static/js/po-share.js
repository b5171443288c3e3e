// <po-share data-title data-url>: shows its button where the browser can share, and shares the page's link.
import { define } from "./define.js";

define("po-share", class extends HTMLElement {
  connectedCallback() {
    if (!navigator.share) return;
    this.hidden = false;
    this.querySelector("button").type = "button";
    this.addEventListener("click", (event) => {
      event.preventDefault();
      navigator.share({ title: this.dataset.title, url: this.dataset.url }).catch(() => {});
    });
  }
});
