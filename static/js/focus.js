// Remembers which link has the focus; what it returns gives the focus to the same link of what was swapped in.
export function focusHeld() {
  const at = document.activeElement;
  const href = at?.closest("[data-live]") && at.getAttribute("href");
  return () => {
    if (!href || document.contains(at) || document.activeElement !== document.body) return;
    const again = [...document.querySelectorAll("[data-live] [href]")].find((link) => link.getAttribute("href") === href);
    again?.focus({ preventScroll: true });
  };
}
