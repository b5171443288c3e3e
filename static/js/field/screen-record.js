// One record in full: voiding it, a note for it, and putting right what was not taken.
import { day, time } from "./clock.js";
import { get, put } from "./db.js";
import { fill, go, list, money, plate } from "./dom.js";
import * as queue from "./queue.js";
import { codesOf, NAMES, numberOf, stateOf, vehicleOf, whyNot } from "./record.js";
import { again } from "./reopened.js";
import { count, refresh, state } from "./state.js";

const TAKE_BACK = 10 * 60_000;
const SAYS = { void: "reason", note: "text" };
let shown = null;

const formOf = (app, kind) => app.querySelector(`[data-${kind}]`);
const saidIn = (app) => Object.fromEntries(Object.entries(SAYS).map(([kind, name]) => [name, formOf(app, kind).elements[name].value]));

export function setUp(app) {
  for (const [kind, name] of Object.entries(SAYS)) {
    const form = formOf(app, kind);
    form.addEventListener("input", () => put("meta", { record: shown, ...saidIn(app) }, "saying"));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await queue.add(kind, state.me.officer, { citation: shown, [name]: form.elements[name].value });
      form.reset();
      await put("meta", { record: shown, ...saidIn(app) }, "saying");
      await count();
      refresh();
    });
  }
  app.querySelector("[name=again]").addEventListener("click", () => putRight(app));
}

export async function enter(app, screen, id) {
  shown = id;
  const saying = await get("meta", "saying");
  for (const [kind, name] of Object.entries(SAYS)) formOf(app, kind).elements[name].value = saying?.record === id ? saying[name] : "";
  app.querySelector("[data-again-told]").hidden = true;
  await show(app);
}

// What was not taken is opened again as it was, unless something else is half written.
async function putRight(app) {
  const row = (await queue.records()).find(({ id }) => id === shown);
  const told = await again(row, JSON.parse(app.dataset.words));
  if (!told) return go("verdict");
  const box = app.querySelector("[data-again-told]");
  box.textContent = told;
  box.hidden = false;
}

export async function show(app) {
  if (!shown) return;
  const rows = (await queue.records()).filter(({ officer }) => officer === state.me?.officer);
  const row = rows.find(({ id }) => id === shown);
  const screen = app.querySelector('[data-screen="record"]');
  if (!row) return fill(screen, { title: "This record is no longer on this phone", number: "", told: "" });
  const { data, kind, at } = row;
  const isVoid = rows.some((other) => other.kind === "void" && other.data.citation === row.id && other.state !== "problem");
  const late = kind === "citation" && !numberOf(row) ? "Its number comes when it is sent." : "";
  fill(screen, { title: titleOf(row, isVoid), number: numberOf(row), told: [late, whyNot(row)].filter(Boolean).join(" "), until: time(Date.parse(at) + TAKE_BACK) });
  list(screen.querySelector("[data-plate]"), data.plate ? [plate(data.plate, data.region)] : []);
  const [word, tone] = stateOf(row);
  Object.assign(screen.querySelector("[data-state]"), { textContent: word }).dataset.tone = tone;
  list(screen.querySelector("[data-facts]"), factsOf(row));
  const print = screen.querySelector("[data-print]");
  print.hidden = kind !== "citation" || !row.result?.number;
  print.href = `/field/citations/${numberOf(row)}/`;
  screen.querySelector("[data-again]").hidden = kind !== "citation" || row.state !== "problem";
  const isMine = kind === "citation" && !["problem", "replaced"].includes(row.state) && !isVoid;
  formOf(app, "void").hidden = !isMine || Date.now() > Date.parse(at) + TAKE_BACK;
  formOf(app, "note").hidden = !isMine;
}

function titleOf({ state: came, kind, data }, isVoid) {
  if (isVoid) return "Voided";
  if (came === "problem") return `${NAMES[kind]} not taken`;
  if (kind !== "citation") return NAMES[kind];
  return data.warning ? "Warning written" : "Citation written";
}

function factsOf({ data, result, at, pin }) {
  const due = result?.due_on && day(result.due_on);
  const facts = { PIN: result?.pin ?? pin, Vehicle: vehicleOf(data), Violation: codesOf(data), Zone: data.zone, Fine: money(result?.fine ?? data.fine), "Pay by": due, Written: time(at), Photos: data.photos?.length };
  return Object.entries(facts).filter(([, value]) => value).flatMap(fact);
}

function fact([name, value]) {
  const dt = Object.assign(document.createElement("dt"), { textContent: name });
  return [dt, Object.assign(document.createElement("dd"), { textContent: value, className: "num" })];
}
