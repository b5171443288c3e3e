// A plate is typed and looked at: the office is asked where there is a line, else this phone's copy.
import { ofCopy, UNKNOWN } from "./answer.js";
import { go } from "./dom.js";
import { keyOf } from "./plate.js";
import * as queue from "./queue.js";
import { deliver } from "./send.js";
import { count, follow, refresh, state } from "./state.js";
import * as where from "./where.js";
import "./scan.js";

const WAIT = 4_000;
const form = (app) => app.querySelector("[data-check]");

export function setUp(app) {
  const check = form(app);
  check.addEventListener("submit", (event) => {
    event.preventDefault();
    look(app, check.plate.value, check.region.value);
  });
  const keep = () => queue.keepDraft(check.plate.value ? { plate: check.plate.value, region: check.region.value } : null);
  for (const event of ["input", "click", "change"]) check.addEventListener(event, () => keep());
}

export async function enter(app) {
  where.begin();
  const draft = await queue.draft();
  form(app).plate.value = draft && !draft.shown ? draft.plate : "";
  if (draft?.region) form(app).region.value = draft.region;
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
