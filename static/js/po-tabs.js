// <po-tabs>: where there is no room for all tabs, the current one is in sight.
import { define } from "./define.js";

define("po-tabs", class extends HTMLElement {
  connectedCallback() {
    const tabs = this.firstElementChild;
    const current = tabs?.querySelector("[aria-current]");
    if (!current) return;
    const [all, one] = [tabs, current].map((element) => element.getBoundingClientRect());
    tabs.scrollLeft += one.left + one.width / 2 - all.left - all.width / 2;
  }
});
