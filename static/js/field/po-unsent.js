// <po-unsent>: its forms end a shift or sign out. They wait while the phone has something to send,
// and who signs out leaves nothing but that on it.
import { define } from "../define.js";
import { forget } from "./officer.js";
import { records } from "./queue.js";

define("po-unsent", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => {
      if (event.submitter?.name !== "end" && !this.leaves(event.target)) return;
      event.preventDefault();
      this.ask(event.target, event.submitter);
    });
  }

  leaves(form) { return form.action.includes("logout"); }

  async ask(form, { name, value }) {
    const waits = (await records()).some(({ state }) => state === "waiting");
    this.querySelector("[data-unsent]").hidden = !waits;
    if (waits) return;
    if (this.leaves(form)) await forget();
    // What is sent by a script says nothing of the button that was pressed.
    if (name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    form.submit();
  }
});
