// Defines a custom element once, also when a page is swapped in by htmx.
export function define(name, element) {
  if (!customElements.get(name)) customElements.define(name, element);
}

// Writes "Updated {0} s ago" with its values; the words come from the template, translated.
export function written(words, ...values) {
  return words.replace(/\{(\d)\}/g, (_, index) => values[index]);
}
