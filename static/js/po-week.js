// <po-week>: paints hours of the week by dragging, or a chosen span by arrow keys; the form below does the rest.
import { define } from "./define.js";
import { STEP, dragging, held } from "./week-drag.js";

const NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const clock = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

define("po-week", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("[data-paint]");
    this.told = this.querySelector("[data-told]");
    this.table = this.querySelector("table");
    this.querySelector("[data-hint]").hidden = false;
    if (this.hasAttribute("data-again")) this.querySelector("[aria-current]")?.focus();
    this.table.addEventListener("click", (event) => this.choose(event));
    this.table.addEventListener("keydown", (event) => this.press(event));
    dragging(this.table, {
      begun: () => { this.dragged = false; },
      moved: (span) => { this.dragged = true; this.span = { ...span, was: "" }; this.write("Painting"); },
      ended: () => this.form.requestSubmit(),
    });
  }

  // A click on a span chooses it, without a way to the server.
  choose(event) {
    const button = event.target.closest(".span");
    if (!button) return;
    event.preventDefault();
    if (this.dragged) return;
    const [day, start, end] = button.value.split("-").map(Number);
    this.span = { days: [day], start, end, was: button.dataset.key === "free" ? "" : button.value };
    this.form.elements.kind.value = button.dataset.key;
    this.table.querySelector("[aria-current]")?.removeAttribute("aria-current");
    button.setAttribute("aria-current", "true");
    this.write("Chosen");
  }

  press(event) {
    const button = event.target.closest(".span");
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!button?.hasAttribute("aria-current")) return;
    if (step && !this.span) this.choose(event);
    if (!this.span) return;
    if (step) {
      const edge = event.shiftKey ? "start" : "end";
      const moved = held(this.span[edge] + step);
      if (edge === "start" ? moved < this.span.end : moved > this.span.start) this.span[edge] = moved;
      this.write("Becomes");
    } else if (event.key === "Enter") this.form.requestSubmit();
    else if (event.key === "Delete") { this.form.elements.kind.value = "free"; this.form.requestSubmit(); }
    else return;
    event.preventDefault();
  }

  write(word) {
    const { days, start, end, was } = this.span;
    this.form.querySelectorAll("[name=days]").forEach((box) => { box.checked = days.includes(Number(box.value)); });
    this.form.elements.begins.value = clock(start);
    this.form.elements.ends.value = clock(end);
    this.form.elements.was.value = was;
    const kind = this.form.elements.kind.selectedOptions[0].textContent;
    this.told.textContent = `${word}: ${days.map((day) => NAMES[day]).join(", ")} ${clock(start)} to ${clock(end)}, ${kind}.`;
  }
});
