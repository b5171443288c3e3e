const within = (root, selector) => [...(root.matches(selector) ? [root] : []), ...root.querySelectorAll(selector)];

// Templates of the page, filled in: [data-slot] gets text, [data-show] stays only where its value holds.
export function fill(root, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const slot of within(root, `[data-slot="${name}"]`)) slot.textContent = value ?? "";
    for (const part of within(root, `[data-show="${name}"]`)) part.hidden = !value;
  }
  return root;
}

export function stamp(name, values = {}) {
  const template = document.querySelector(`template[data-template="${name}"]`);
  return fill(template.content.firstElementChild.cloneNode(true), values);
}

// A plate as it looks on the car, small in a list.
export function plate(text, region = "", { small = false } = {}) {
  const shown = stamp("plate", { plate: text, region });
  shown.classList.toggle("plate--l", !small);
  return shown;
}

export const money = (fine) => (fine ? new Intl.NumberFormat("en-US", { style: "currency", currency: fine.currency }).format(Number(fine.amount)) : "");

export const list = (root, rows) => root.replaceChildren(...rows);

// Shows one screen and hides the others; the way back is the browser's.
export const go = (screen) => {
  if (location.hash === `#${screen}`) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = screen;
};
