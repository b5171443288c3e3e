// <po-field-app>: the officer's app. It shows one screen at a time and keeps asking the office while there is a line.
import { define } from "../define.js";
import { shine } from "./beacon.js";
import { ago, time } from "./clock.js";
import { go } from "./dom.js";
import { install } from "./install.js";
import * as queue from "./queue.js";
import { begin, changed, isReady, refresh, state, zoneNow } from "./state.js";
import * as check from "./screen-check.js";
import * as record from "./screen-record.js";
import * as records from "./screen-records.js";
import * as verdict from "./screen-verdict.js";
import * as zones from "./screen-zones.js";
import * as shift from "./shift.js";

const EVERY = 30_000;
const SCREENS = { check, verdict, record, queue: records, zones, signin: null };

define("po-field-app", class extends HTMLElement {
  async connectedCallback() {
    await begin();
    for (const screen of [zones, shift, check, verdict, record]) screen.setUp(this);
    install(this);
    changed(() => this.show());
    window.addEventListener("hashchange", () => this.route());
    for (const event of ["online", "offline", "focus"]) window.addEventListener(event, () => refresh());
    this.timer = setInterval(() => this.tick(), EVERY);
    await this.route(await this.first());
    await refresh();
    if (!location.hash && !state.zone) go("zones");
    this.toggleAttribute("data-begun", true);
  }

  disconnectedCallback() { clearInterval(this.timer); }

  // Where the officer was: at what they were writing, else at the next plate.
  async first() {
    const draft = await queue.draft();
    if (draft?.shown) return "verdict";
    return location.hash.slice(1) || (state.zone ? "check" : "zones");
  }

  tick() {
    const isOld = !state.copy || Date.now() - Date.parse(state.copy.taken_at) > 5 * 60_000;
    if (state.line === "off" || state.left || isOld) refresh();
    else this.show();
    shine(state);
  }

  async route(screen = location.hash.slice(1)) {
    const [name, id] = screen.split("/");
    const found = name in SCREENS ? name : "check";
    if (location.hash !== `#${screen}`) history.replaceState(null, "", `#${screen}`);
    await SCREENS[found]?.enter?.(this, found, id);
    for (const part of this.querySelectorAll("[data-screen]")) part.hidden = part.dataset.screen !== found;
    window.scrollTo(0, 0);
    this.querySelector(`[data-screen="${found}"] [tabindex="-1"]`)?.focus({ preventScroll: true });
  }

  show() {
    const bar = document.querySelector(".field-bar");
    const zone = zoneNow();
    bar.querySelector("[data-zone]").textContent = zone ? `${zone.code} ${zone.name}` : "Choose a zone";
    const sent = bar.querySelector("[data-sent]");
    sent.textContent = state.problems ? `${state.problems} not taken` : state.left ? `${state.left} not yet sent` : "All sent";
    sent.dataset.tone = state.problems ? "bad" : state.left ? "warn" : "good";
    this.querySelector("[data-line-off]").hidden = state.line === "on";
    const waits = state.left ? ` ${state.left} wait${state.left === 1 ? "s" : ""} on this phone.` : "";
    this.querySelector("[data-line-word]").textContent = state.line === "out" ? "You are signed out." : `No signal since ${time(state.since ?? Date.now())}.`;
    const list = state.copy ? `Checks use the list of ${time(state.copy.taken_at)}, ${ago(state.copy.taken_at)} old.` : "There is no list on this phone yet.";
    this.querySelector("[data-line-told]").textContent = state.line === "out" ? `${waits} Sign in to send.` : `Keep working. ${list}${waits}`;
    this.querySelector("[data-fault]").hidden = !state.fault;
    this.querySelector("[data-fault-text]").textContent = state.fault;
    this.toggleAttribute("data-ready", isReady());
    for (const screen of [zones, shift, record, records]) screen.show(this);
    for (const voice of this.querySelectorAll("po-voice")) voice.hidden = !state.listens;
    if (state.line === "out" && !this.asked) go("signin");
    this.asked = state.line === "out";
  }
});
