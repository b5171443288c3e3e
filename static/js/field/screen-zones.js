// Where the officer works, the list that the phone holds, the shift, and leaving.
import { ago, day, now, time } from "./clock.js";
import { put } from "./db.js";
import { go, list, stamp } from "./dom.js";
import { forget } from "./officer.js";
import { giveBackNumbers } from "./send.js";
import { choose, follow, isReady, refresh, state, tell } from "./state.js";
import { say } from "./speak.js";

export function setUp(app) {
  const press = (name, act) => app.querySelector(`[name="${name}"]`).addEventListener("click", act);
  press("refresh", () => refresh({ anew: true }));
  press("try", () => refresh());
  press("shift", () => shift());
  press("sign-out", () => signOut());
  const speaks = app.querySelector("[name=speaks]");
  speaks.checked = Boolean(state.speaks);
  speaks.closest("label").hidden = !("speechSynthesis" in window);
  speaks.addEventListener("change", () => {
    state.speaks = speaks.checked;
    put("meta", speaks.checked, "speaks");
    if (speaks.checked) say("Verdicts are said aloud.");
  });
  app.querySelector("[data-zones]").addEventListener("click", (event) => {
    const row = event.target.closest("[data-code]");
    if (row) choose(row.dataset.code).then(() => go("check"));
  });
}

export function show(app) {
  const { copy, me } = state;
  app.querySelector("[data-taking]").hidden = !state.taking;
  app.querySelector("[data-copy]").textContent = copy
    ? `This phone holds ${copy.plates.toLocaleString("en-US")} plates (${Math.ceil(copy.bytes / 1024).toLocaleString("en-US")} kB), ${ago(copy.taken_at)} old. It answers until ${time(copy.until)} on ${day(copy.until)}. ${isReady() ? `Ready for work without a signal, with ${state.numbers} citation numbers.` : "Stay near a signal: not all is on the phone yet."}`
    : state.taking ? `${Math.ceil(state.taking / 1024).toLocaleString("en-US")} kB have come.` : "This phone has no list yet: it needs a signal once.";
  app.querySelector("[data-shift]").textContent = me?.shift ? `On since ${time(me.shift)}.` : "Start it so that the office sees who is out.";
  app.querySelector("[name=shift]").lastChild.textContent = me?.shift ? " End shift" : " Start shift";
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

const unsent = () => `${state.left} not yet sent. Find a signal first; they go by themselves.`;

// A shift ends once everything is sent: the phone then gives back what it took along.
async function shift() {
  await refresh();
  if (state.left && state.me?.shift) return told(unsent());
  if (state.line !== "on") return told("A shift begins and ends where there is a signal.");
  const form = new URLSearchParams({ csrfmiddlewaretoken: state.me.csrf, ...(state.me.shift ? { end: "1" } : {}) });
  try {
    if (state.me.shift) await giveBackNumbers(state.me);
    // The page leads on to another, which tells that it was done.
    await fetch("/field/shift/", { method: "POST", body: form, redirect: "manual" });
  } catch (error) {
    follow(error);
  }
  await refresh();
}

async function signOut() {
  await refresh();
  if (state.left && !confirm(`${state.left} not yet sent. They stay on this phone and are sent when you sign in on it again. Sign out?`)) return;
  const csrf = state.me?.csrf;
  await forget();
  const form = new URLSearchParams({ csrfmiddlewaretoken: csrf ?? "" });
  await fetch("/account/logout/", { method: "POST", body: form, redirect: "manual" }).catch(() => {});
  location.assign("/");
}

function told(text) {
  state.fault = text;
  tell();
}

