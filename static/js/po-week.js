// <po-week>: paints hours of the week by dragging, or a chosen span by arrow keys; the form below does the rest.
import { define } from "./define.js";

const STEP = 15;
const DAY = 1440;
const NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const clock = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
const held = (minute) => Math.min(DAY, Math.max(0, minute));

define("po-week", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("[data-paint]");
    this.told = this.querySelector("[data-told]");
    this.table = this.querySelector("table");
    this.querySelector("[data-hint]").hidden = false;
    if (this.hasAttribute("data-again")) this.querySelector("[aria-current]")?.focus();
    this.table.addEventListener("click", (event) => this.choose(event));
    this.table.addEventListener("keydown", (event) => this.press(event));
    this.table.addEventListener("pointerdown", (event) => this.grab(event));
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

  // The minute under the pointer, in quarters of an hour.
  minute(event) {
    const cells = this.table.querySelectorAll("tr[data-day] td");
    const [left, right] = [cells[0].getBoundingClientRect().left, this.table.getBoundingClientRect().right];
    return held(Math.round(((event.clientX - left) / (right - left)) * DAY / STEP) * STEP);
  }

  grab(event) {
    const row = event.target.closest("tr[data-day]");
    if (!row || event.button || event.pointerType === "touch") return;
    const from = { minute: this.minute(event), day: Number(row.dataset.day) };
    this.dragged = false;
    const move = (now) => {
      const day = Number(document.elementFromPoint(now.clientX, now.clientY)?.closest("tr[data-day]")?.dataset.day ?? from.day);
      const [a, b] = [from.minute, this.minute(now)].sort((x, y) => x - y);
      if (a === b) return;
      this.dragged = true;
      const days = NAMES.map((_, n) => n).filter((n) => n >= Math.min(day, from.day) && n <= Math.max(day, from.day));
      this.span = { days, start: a, end: b, was: "" };
      this.write("Painting");
      this.mark();
    };
    const end = () => {
      window.removeEventListener("pointermove", move);
      if (this.dragged) this.form.requestSubmit();
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end, { once: true });
  }

  // Shows the hours under the pointer as a band over their rows.
  mark() {
    this.table.querySelectorAll(".week__band").forEach((band) => band.remove());
    for (const day of this.span.days) {
      const row = this.table.querySelector(`tr[data-day="${day}"]`);
      const [first, table] = [row.cells[1].getBoundingClientRect(), this.table.getBoundingClientRect()];
      const band = document.createElement("div");
      const width = table.right - first.left;
      band.className = "week__band";
      Object.assign(band.style, { top: `${first.top - table.top}px`, height: `${first.height}px`, left: `${first.left - table.left + (this.span.start / DAY) * width}px`, width: `${((this.span.end - this.span.start) / DAY) * width}px` });
      row.cells[1].append(band);
    }
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
