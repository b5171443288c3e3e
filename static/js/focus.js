// Remembers where somebody is in what is swapped in: the link or control with the focus, what they opened, how far
// they scrolled. What it returns puts all this back in what came instead.
const FOCUSED = "summary, [tabindex]";
const OPENED = "details[open]";
const SCROLLED = "[role='region']";

const live = (selector) => [...document.querySelectorAll("[data-live]")].flatMap((part) => [...part.querySelectorAll(selector)]);

// What stands at the place of an element later: in the part of the same name, the one of its kind with the same number.
function place(element, selector) {
  const part = element.parentElement.closest("[id]");
  const number = [...part.querySelectorAll(selector)].indexOf(element);
  return () => document.getElementById(part.id)?.querySelectorAll(selector)[number];
}

export function focusHeld() {
  const at = document.activeElement?.closest("[data-live] *");
  const href = at?.getAttribute("href");
  const control = at?.matches(FOCUSED) && place(at, FOCUSED);
  const opened = live(OPENED).map((one) => [one, place(one, "details")]);
  const scrolled = live(SCROLLED).filter((one) => one.scrollTop || one.scrollLeft)
    .map((one) => [one, place(one, SCROLLED), one.scrollLeft, one.scrollTop]);
  return () => {
    for (const [one, found] of opened) if (!document.contains(one)) found()?.setAttribute("open", "");
    for (const [one, found, left, top] of scrolled) if (!document.contains(one)) found()?.scrollTo({ left, top, behavior: "instant" });
    if (!at || document.contains(at) || document.activeElement !== document.body) return;
    const again = href ? live("[href]").find((link) => link.getAttribute("href") === href) : control && control();
    again?.focus({ preventScroll: true });
  };
}
