// A plate is typed and looked at: the office is asked where there is a line, else this phone's copy.
import { ofCopy, ofNoPlate, UNKNOWN } from "./answer.js";
import { now } from "./clock.js";
import * as copies from "./copy.js";
import { go } from "./dom.js";
import { showPlace } from "./elsewhere.js";
import { keyOf } from "./plate.js";
import * as queue from "./queue.js";
import { deliver } from "./send.js";
import { count, follow, refresh, state, zoneNow } from "./state.js";
import * as where from "./where.js";
import "./scan.js";
import "./voice.js";

const WAIT = 4_000;
const form = (app) => app.querySelector("[data-check]");

export function setUp(app) {
  const check = form(app);
  check.addEventListener("submit", (event) => {
    event.preventDefault();
    look(app, check.plate.value, check.region.value);
  });
  const keep = () => queue.keepDraft(check.plate.value ? { plate: check.plate.value, region: check.region.value } : null);
  for (const event of ["input", "change"]) check.addEventListener(event, () => keep());
  check.addEventListener("click", ({ target }) => target.closest("[data-key]") && keep());
  app.querySelector("[name=no-plate]").addEventListener("click", () => withoutPlate());
}

export async function enter(app) {
  where.begin();
  showPlace(app);
  const draft = await queue.draft();
  // A citation that was begun is not written over by the next plate.
  if (draft?.touched) return go("verdict");
  const { plate } = form(app);
  plate.value = draft && !draft.shown ? draft.plate : "";
  plate.closest("po-keypad").fit();
  if (draft?.region) form(app).region.value = draft.region;
}

async function withoutPlate() {
  if (!state.me) return go("signin");
  if (!zoneNow()) return go("zones");
  await queue.keepDraft({ id: crypto.randomUUID(), plate: "", region: "", zone: state.zone, without_plate: true, ...where.place(), shown: ofNoPlate() });
  go("verdict");
}

async function look(app, plate, region) {
  const { plate: input } = form(app);
  const fits = Boolean(keyOf(plate));
  input.setCustomValidity(fits ? "" : "A plate has 1 to 12 letters and digits.");
  if (!fits) return input.reportValidity();
  if (!state.me) return go("signin");
  if (!state.zone) return go("zones");
  const local = await ofCopy(plate, region, JSON.parse(app.dataset.words));
  const data = { plate, region, zone: state.zone, ...where.place() };
  const online = state.line === "on" && navigator.onLine;
  const record = await queue.add("check", state.me.officer, data, { told: local.verdict, online });
  const shown = (online && (await ofOffice(record))) || local;
  // Of a vehicle that may not be there nobody says that it takes its permit's place.
  if (state.copy && shown.verdict !== "second_vehicle") await copies.note(plate, zoneNow(), now(), state.copy);
  await queue.keepDraft({ id: crypto.randomUUID(), check: record.id, ...data, shown });
  form(app).reset();
  await count();
  go("verdict");
  if (!online) refresh();
}

// The office's answer; nothing where the line is gone, so that there is no dead end.
async function ofOffice(record) {
  try {
    const [result] = await deliver(state.me, [record], { wait: WAIT, tried: false });
    follow(null);
    if (result.status === "refused") return { ...UNKNOWN, because: [result.reason], source: "The office could not answer." };
    return result.verdict ? { ...result, source: "Asked the office just now.", online: true } : null;
  } catch (error) {
    follow(error);
    return null;
  }
}
