// A form is sent once: its button says what is going on (data-busy) until the answer is there.
const SENT = new WeakSet();
const IDLE = new WeakMap();

function begin(form, button) {
  SENT.add(form);
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  if (!button.dataset.busy) return;
  IDLE.set(button, [...button.childNodes]);
  button.textContent = button.dataset.busy;
}

function end(form) {
  SENT.delete(form);
  for (const button of form.querySelectorAll("[aria-busy]")) {
    button.removeAttribute("aria-busy");
    if (IDLE.has(button)) button.replaceChildren(...IDLE.get(button));
    IDLE.delete(button);
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (SENT.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  // The button's name and value are read after this event, so nothing is disabled and nothing is lost.
  begin(form, event.submitter);
}, true);

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form");
  if (form) end(form);
});

// A page that comes back from the browser's memory has no request under way.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form").forEach(end);
});
