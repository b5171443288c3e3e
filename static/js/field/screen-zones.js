// Where the officer works, and the list that the phone holds.
import { ago, day, now, time } from "./clock.js";
import { go, list, stamp } from "./dom.js";
import { deciding } from "./places.js";
import { choose, isReady, refresh, state } from "./state.js";
import * as where from "./where.js";

export function setUp(app) {
  const press = (name, act) => app.querySelector(`[name="${name}"]`).addEventListener("click", act);
  press("refresh", () => refresh({ anew: true }));
  press("try", () => refresh());
  press("find", () => find(app));
  for (const rows of app.querySelectorAll("[data-zones], [data-here]")) {
    rows.addEventListener("click", (event) => {
      const { code } = event.target.closest("[data-code]")?.dataset ?? {};
      if (code) choose(code).then(() => go("check"));
    });
  }
}

// Which zone the phone is in, by its map; asked for on this touch only.
async function find(app) {
  const said = app.querySelector("[data-found]");
  said.textContent = "Looking where you are.";
  try {
    const found = deciding(state.copy?.zones ?? [], await where.find(), now() / 1000);
    said.textContent = found.length ? `You are in ${found.map(({ code, name }) => `${code} ${name}`).join(" and ")}.` : "You are in no zone of the map. Choose the zone.";
    const rows = found.map(row);
    list(app.querySelector("[data-here]"), rows);
    rows[0]?.focus();
  } catch (error) {
    said.textContent = error.message;
  }
}

export function show(app) {
  const { copy } = state;
  app.querySelector("[data-taking]").hidden = !state.taking;
  app.querySelector("[data-copy]").textContent = copy
    ? `This phone holds ${copy.plates.toLocaleString("en-US")} plates (${Math.ceil(copy.bytes / 1024).toLocaleString("en-US")} kB), ${ago(copy.taken_at)} old. It answers until ${time(copy.until)} on ${day(copy.until)}. ${isReady() ? `Ready for work without a signal, with ${state.numbers} citation numbers.` : "Stay near a signal: not all is on the phone yet."}`
    : state.taking ? `${Math.ceil(state.taking / 1024).toLocaleString("en-US")} kB have come.` : "This phone has no list yet: it needs a signal once.";
  const rows = (copy?.zones ?? []).filter(({ kind, hours }) => kind !== "area" || hours !== "never").map(row);
  const at = document.activeElement?.dataset.code;
  list(app.querySelector("[data-zones]"), rows);
  if (at) app.querySelector(`[data-zones] [data-code="${CSS.escape(at)}"]`)?.focus();
}

function row({ code, name, hours, enforced }) {
  const second = now() / 1000;
  const isOn = enforced.some(([from, to]) => from <= second && second < to);
  const shown = stamp("zone", { code, told: `${name}, ${hours}` });
  shown.dataset.code = code;
  if (code === state.zone) shown.setAttribute("aria-current", "true");
  const badge = shown.querySelector("[data-now]");
  badge.textContent = isOn ? "Enforced now" : "Not now";
  if (isOn) badge.dataset.tone = "good";
  return shown;
}
