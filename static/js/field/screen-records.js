// What was written on this phone: what waits, what was sent, what the office looks at, one of them in full.
import { day, time } from "./clock.js";
import { fill, list, money, plate, stamp } from "./dom.js";
import * as queue from "./queue.js";
import { count, refresh, state } from "./state.js";

const NAMES = { check: "Check", chalk: "Chalk mark", citation: "Citation", void: "Void", note: "Note" };
const STATES = { waiting: ["Waiting to be sent", "warn"], sent: ["Sent", "good"], held: ["Sent, the office decides", "warn"], problem: ["Not taken", "bad"] };
const TAKE_BACK = 10 * 60_000;
let shown = null;

export function setUp(app) {
  for (const [name, kind] of [["void", "void"], ["note", "note"]]) {
    app.querySelector(`[data-${name}]`).addEventListener("submit", async (event) => {
      event.preventDefault();
      const { elements } = event.target;
      const said = kind === "void" ? { reason: elements.reason.value } : { text: elements.text.value };
      await queue.add(kind, state.me.officer, { citation: shown, ...said });
      event.target.reset();
      await count();
      refresh();
    });
  }
}

export async function enter(app, screen, id) {
  shown = screen === "record" ? id : null;
  await show(app);
}

export async function show(app) {
  const rows = (await queue.records()).filter(({ officer }) => officer === state.me?.officer);
  if (shown) one(app, rows);
  const waits = rows.filter((row) => row.state === "waiting");
  fill(app.querySelector('[data-screen="queue"]'), { waiting: state.left ? `${state.left} not yet sent` : "All sent" });
  list(app.querySelector("[data-queue]"), waits.map(line));
  list(app.querySelector("[data-done]"), rows.filter((row) => row.state !== "waiting").reverse().slice(0, 100).map(line));
  const conflicts = state.me?.conflicts ?? [];
  app.querySelector("[data-conflicts-part]").hidden = !conflicts.length;
  list(app.querySelector("[data-conflicts]"), conflicts.map(conflict));
}

function line(row) {
  const { data, kind, id, at } = row;
  const [word] = stateOf(row);
  const photos = data.photos?.length ? `, ${data.photos.length} photo${data.photos.length > 1 ? "s" : ""}` : "";
  const item = stamp("row", { title: `${NAMES[kind]} ${numberOf(row)}`.trim(), told: `${time(at)}${photos}. ${word}.${row.result?.reason ? ` ${row.result.reason}` : ""}` });
  item.querySelector("a").href = `#record/${kind === "void" || kind === "note" ? data.citation : id}`;
  if (data.plate) item.prepend(plate(data.plate, data.region, { small: true }));
  return item;
}

function conflict({ number, client_id, plate: text, region, because, decided, reason }) {
  const item = stamp("row", { title: number, told: `${because} ${decided ? `${decided}. ${reason}` : "A reviewer decides."}` });
  item.querySelector("a").href = client_id ? `#record/${client_id}` : `/field/citations/${number}/`;
  item.prepend(plate(text, region, { small: true }));
  return item;
}

const numberOf = ({ result, data }) => result?.number ?? data.number ?? "";
const stateOf = (row) => STATES[row.result?.status === "held" ? "held" : row.state];

function one(app, rows) {
  const row = rows.find(({ id }) => id === shown);
  const screen = app.querySelector('[data-screen="record"]');
  if (!row) return fill(screen, { title: "This record is no longer on this phone", number: "", told: "" });
  const { data, kind, result, at, pin } = row;
  const voids = rows.find((other) => other.kind === "void" && other.data.citation === row.id && other.state !== "problem");
  const [word, tone] = stateOf(row);
  const late = kind === "citation" && !numberOf(row) ? "Its number comes when it is sent." : "";
  fill(screen, { title: voids ? "Voided" : kind === "citation" ? (data.warning ? "Warning written" : "Citation written") : NAMES[kind], number: numberOf(row), told: [late, result?.reason].filter(Boolean).join(" "), until: time(Date.parse(at) + TAKE_BACK) });
  list(screen.querySelector("[data-plate]"), data.plate ? [plate(data.plate, data.region)] : []);
  Object.assign(screen.querySelector("[data-state]"), { textContent: word }).dataset.tone = tone;
  const facts = { PIN: result?.pin ?? pin, Violation: data.violation, Zone: data.zone, Fine: money(result?.fine ?? data.fine), "Pay by": result?.due_on && day(result.due_on), Written: time(at), Photos: data.photos?.length };
  list(screen.querySelector("[data-facts]"), Object.entries(facts).filter(([, value]) => value).flatMap(fact));
  const isMine = kind === "citation" && row.state !== "problem" && !voids;
  screen.querySelector("[data-void]").hidden = !isMine || Date.now() > Date.parse(at) + TAKE_BACK;
  screen.querySelector("[data-note]").hidden = !isMine;
}

function fact([name, value]) {
  const dt = Object.assign(document.createElement("dt"), { textContent: name });
  return [dt, Object.assign(document.createElement("dd"), { textContent: value, className: "num" })];
}
