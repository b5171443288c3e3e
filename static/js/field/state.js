// What the screens of the officer's app share, and how they hear that it changed.
import * as clock from "./clock.js";
import * as copies from "./copy.js";
import { get, put } from "./db.js";
import { NoLine, SignedOut } from "./net.js";
import * as officer from "./officer.js";
import * as photos from "./photos.js";
import * as queue from "./queue.js";
import { flush } from "./send.js";

const OLD = 5 * 60_000;
const heard = new EventTarget();

// `line` is on, off or out (signed out); `since` is when it went.
export const state = { me: null, copy: null, zone: null, line: "on", since: null, taking: 0, tried: null, left: 0, problems: 0, asked: 0, fault: "", speaks: false, listens: false, kept: false, numbers: 0 };

export const changed = (act) => heard.addEventListener("changed", act);
export const tell = () => heard.dispatchEvent(new Event("changed"));

export async function begin() {
  await clock.remember();
  [state.me, state.copy] = await Promise.all([officer.known(), copies.head()]);
  for (const name of ["zone", "speaks", "listens"]) state[name] = await get("meta", name);
  await count();
}

export async function count() {
  const rows = await queue.records();
  const left = state.me ? await photos.waitingPhotos(state.me.officer) : [];
  state.left = rows.filter((row) => row.state === "waiting").length + left.length;
  const problems = rows.filter((row) => row.state === "problem" && row.kind === "citation" && row.officer === state.me?.officer);
  [state.problems, state.asked] = [problems.length, problems.filter(({ result }) => result.status === "incomplete").length];
  const numbers = await get("meta", "numbers");
  state.numbers = numbers && numbers.officer === state.me?.officer ? numbers.left.length : 0;
  tell();
}

// Whether the app can go on for a whole shift without a line: itself, the list and numbers are on the phone.
export const isReady = () => Boolean(state.kept && state.copy && (state.numbers || !state.me?.may_cite));

export const zoneNow = () => state.copy?.zones.find(({ code }) => code === state.zone) ?? null;

export async function choose(code) {
  state.zone = code;
  await put("meta", code, "zone");
  tell();
}

// Follows what a request came to: is there a line, and somebody signed in?
export function follow(error) {
  const line = error instanceof SignedOut ? "out" : error instanceof NoLine ? "off" : "on";
  if (line !== "on" && state.line === "on") state.since = Date.now();
  state.line = line;
  state.fault = error && line === "on" ? error.message : "";
}

let going = null;

// Asks who is signed in, takes what changed, sends what waits; at most one at a time.
export function refresh({ anew = false } = {}) {
  going ??= work(anew).finally(() => { going = null; });
  return going;
}

async function work(anew) {
  state.tried = Date.now();
  try {
    state.me = await officer.asked();
    state.copy = await copies.head();
    await flush(state.me);
    const isOld = !state.copy || clock.now() - Date.parse(state.copy.taken_at) > OLD || state.copy.officer !== state.me.officer;
    if (isOld || anew) state.copy = await copies.take(state.me.officer, { anew, told: (bytes) => { state.taking = bytes; tell(); } });
    follow(null);
  } catch (error) {
    follow(error);
  }
  state.taking = 0;
  await count();
}
