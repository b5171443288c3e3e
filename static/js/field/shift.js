// The officer's shift, what this phone does for them, and leaving.
import { share, shine } from "./beacon.js";
import { time } from "./clock.js";
import { put } from "./db.js";
import { forget } from "./officer.js";
import { giveBackNumbers } from "./send.js";
import { say } from "./speak.js";
import { follow, refresh, state, tell } from "./state.js";
import { Listening } from "./voice.js";
import * as where from "./where.js";

export function setUp(app) {
  app.querySelector("[name=shift]").addEventListener("click", () => shift());
  app.querySelector("[name=sign-out]").addEventListener("click", () => signOut());
  app.querySelector("[name=shares]").addEventListener("change", ({ target }) => sharing(target.checked));
  tick(app, "speaks", "speechSynthesis" in window, () => say("Verdicts are said aloud."));
  tick(app, "listens", Boolean(Listening), tell);
}

export function show(app) {
  const { me } = state;
  app.querySelector("[data-shift]").textContent = me?.shift ? `On since ${time(me.shift)}.` : "Start it so that the office sees who is out.";
  app.querySelector("[data-sharing]").hidden = !me?.shift;
  app.querySelector("[name=shares]").checked = Boolean(me?.shares);
  app.querySelector("[data-kept-for]").textContent = me?.positions_kept ?? "";
  app.querySelector("[name=shift]").lastChild.textContent = me?.shift ? " End shift" : " Start shift";
}

// A choice of this phone; it is there where the browser can do it.
function tick(app, name, isThere, begun) {
  const box = app.querySelector(`[name=${name}]`);
  box.checked = Boolean(state[name]);
  box.closest("label").hidden = !isThere;
  box.addEventListener("change", async () => {
    state[name] = box.checked;
    await put("meta", box.checked, name);
    if (box.checked || name === "listens") begun();
  });
}

// With consent the office sees where officers are while they are on a shift.
async function sharing(agrees) {
  if (agrees) await where.find().catch((error) => told(error.message));
  await share(state.me, agrees).catch(follow);
  await refresh();
  await shine(state);
}

const unsent = () => `${state.left} not yet sent. Find a signal first; they go by themselves.`;

// A shift ends once everything is sent: the phone then gives back what it took along.
async function shift() {
  await refresh();
  if (state.left && state.me?.shift) return told(unsent());
  if (state.asked && state.me?.shift) return told(`${state.asked} not taken: the office asks something. Put it right under "Not taken" first.`);
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

