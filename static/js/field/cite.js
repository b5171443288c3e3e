// The citation that is begun on a verdict: how it is drawn, and what stands in it.
import { list, money, stamp } from "./dom.js";
import { keyOf } from "./plate.js";
import { state } from "./state.js";

const MOST_ALSO = 4;
const TEXTS = ["note", "public_note", "vin", "vehicle", "plate"];

// What was begun is there again as it was.
export function drawCite(screen, draft) {
  const { shown } = draft;
  const cite = screen.querySelector("[data-cite]");
  const every = [...shown.options, ...shown.others];
  cite.reset();
  cite.hidden = !state.me?.may_cite;
  cite.querySelector("[data-cite-error]").hidden = true;
  const write = screen.querySelector(".screen__foot [form]");
  const leave = screen.querySelector("[name=leave]");
  const isFine = shown.sign === "good" && !draft.touched;
  write.hidden = cite.hidden;
  write.classList.toggle("button--primary", !isFine);
  leave.classList.toggle("button--primary", isFine);
  leave.lastChild.textContent = isFine ? "Next plate" : "Leave it";
  for (const kind of ["options", "others"]) rows(cite.querySelector(`[data-${kind}]`), "option", shown[kind]);
  rows(cite.querySelector("[data-also]"), "more", every);
  cite.querySelector("[data-options]").hidden = !shown.options.length;
  const others = cite.querySelector("[data-others-part]");
  others.hidden = !shown.others.length;
  others.querySelector("summary").textContent = shown.options.length ? "Another violation" : shown.sign === "good" ? "Cite for something else" : "Violation";
  const asked = draft.violation ?? shown.options[0]?.code;
  others.open = shown.others.some(({ code }) => code === asked) || (!shown.options.length && shown.sign !== "good");
  for (const radio of cite.querySelectorAll("[name=violation]")) radio.checked = radio.value === asked;
  for (const tick of cite.querySelectorAll("[name=also]")) tick.checked = draft.also?.includes(tick.value) ?? false;
  const also = cite.querySelector("[data-also-part]");
  also.hidden = every.length < 2;
  also.open = Boolean(draft.also?.length);
  cite.querySelector("[data-plate-part]").hidden = !draft.of || Boolean(draft.without_plate);
  for (const name of TEXTS) cite.elements[name].value = draft[name] ?? "";
  cite.warning.checked = Boolean(draft.warning);
  settle(cite);
}

function rows(set, template, options) {
  list(set, [set.querySelector("legend"), ...options.map(({ code, name, why, fine }) => {
    const row = stamp(template, { name, why, fine: money(fine) });
    row.querySelector("input").value = code;
    return row;
  })]);
}

// The first violation is no further one, and a citation has five at most.
function settle(cite) {
  const ticks = [...cite.querySelectorAll("[name=also]")];
  const first = cite.querySelector("[name=violation]:checked")?.value;
  const isFull = ticks.filter((tick) => tick.checked && tick.value !== first).length >= MOST_ALSO;
  for (const tick of ticks) {
    tick.closest("label").hidden = tick.value === first;
    tick.disabled = tick.value === first || (isFull && !tick.checked);
  }
}

// What the officer wrote so far.
export function written(cite, { without_plate, of }) {
  settle(cite);
  const violation = cite.querySelector("[name=violation]:checked")?.value ?? "";
  const also = [...cite.querySelectorAll("[name=also]:checked:enabled")].map(({ value }) => value);
  const asked = ["note", "public_note", ...(without_plate ? ["vin", "vehicle"] : of ? ["plate"] : [])];
  return { violation, also, warning: cite.warning.checked, ...Object.fromEntries(asked.map((name) => [name, cite.elements[name].value.trim()])) };
}

// What it still lacks, in words; nothing where it may be written.
export function lacking({ violation, vin, vehicle, plate }, draft) {
  if (!violation) return "Choose the violation.";
  if (draft.without_plate) return vin || vehicle ? "" : "Write the VIN, or describe the vehicle: make, model, color.";
  return keyOf(plate ?? draft.plate) ? "" : "A plate has 1 to 12 letters and digits.";
}

// What a citation costs as far as the phone knows; the office says what it came to.
export function fineOf({ options, others }, { violation, also, warning }) {
  const fines = [...options, ...others].filter(({ code, fine }) => fine && [violation, ...also].includes(code)).map(({ fine }) => fine);
  if (warning || !fines.length) return null;
  const decimals = fines[0].amount.split(".")[1]?.length ?? 0;
  return { currency: fines[0].currency, amount: fines.reduce((sum, { amount }) => sum + Number(amount), 0).toFixed(decimals) };
}
