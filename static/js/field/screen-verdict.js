// The verdict, and the citation that may be written on it. Every keystroke is kept until it is written or left.
import { fill, go, list, money, plate, stamp } from "./dom.js";
import { small } from "../pictures.js";
import * as queue from "./queue.js";
import { feel, say, spelled } from "./speak.js";
import { count, refresh, state } from "./state.js";

const SIGNS = { good: "m12 34 14 14 27-31", bad: "M15 15l34 34M49 15 15 49", alert: "M32 12v26M32 50v2" };
const MOST_PHOTOS = 6;
let draft = null;

const form = (app) => app.querySelector("[data-cite]");

export function setUp(app) {
  const cite = form(app);
  cite.addEventListener("input", () => keep(cite));
  cite.photo.addEventListener("change", () => take(app, cite.photo));
  cite.addEventListener("submit", (event) => {
    event.preventDefault();
    write(app, cite);
  });
  app.querySelector("[name=leave]").addEventListener("click", () => leave());
  app.querySelector("[name=chalk]").addEventListener("click", () => chalk());
}

export async function enter(app) {
  const held = await queue.draft();
  if (!held?.shown) return go("check");
  const isNew = draft?.id !== held.id;
  draft = held;
  draw(app, draft.shown);
  await drawPhotos(app);
  if (!isNew) return;
  feel(draft.shown.sign);
  if (state.speaks) say(`${draft.shown.word}. ${spelled(draft.plate)}`);
}

function draw(app, shown) {
  const screen = app.querySelector('[data-screen="verdict"]');
  const box = fill(screen, { word: shown.word, sub: shown.sub, source: shown.source }).querySelector("[data-verdict-box]");
  box.dataset.verdict = shown.sign;
  box.classList.toggle("verdict--low", shown.sign !== "good");
  box.querySelector(".verdict__tape").hidden = shown.sign !== "alert";
  box.querySelector("[data-sign]").setAttribute("d", SIGNS[shown.sign]);
  list(box.querySelector("[data-plate]"), [plate(draft.plate, draft.region)]);
  list(screen.querySelector("[data-alerts]"), shown.alerts.map(({ kind, text }) => stamp("alert", { kind: named(kind), text })));
  const because = screen.querySelector("[data-because]");
  because.className = shown.sign === "good" ? "stack" : "why";
  list(because, shown.because.map((text) => stamp("reason", { text })));
  screen.querySelector("[data-near]").hidden = !shown.near_misses.length;
  list(screen.querySelector("[data-near-list]"), shown.near_misses.map((miss) => stamp("reason", { text: `${miss.plate} has a right in ${miss.zone}; ${miss.why}.` })));
  const cite = form(app);
  cite.reset();
  cite.hidden = !state.me?.may_cite;
  screen.querySelector(".screen__foot [form]").hidden = cite.hidden;
  screen.querySelector("[name=chalk]").hidden = !shown.may_chalk;
  for (const kind of ["options", "others"]) {
    const set = cite.querySelector(`[data-${kind}]`);
    list(set, [set.querySelector("legend"), ...shown[kind].map(option)]);
  }
  cite.querySelector("[data-options]").hidden = !shown.options.length;
  const others = cite.querySelector("[data-others-part]");
  others.hidden = !shown.others.length;
  const asked = draft.violation ?? shown.options[0]?.code;
  others.open = shown.others.some(({ code }) => code === asked) || (!shown.options.length && shown.sign !== "good");
  for (const radio of cite.querySelectorAll("[name=violation]")) radio.checked = radio.value === asked;
  cite.note.value = draft.note ?? "";
  cite.warning.checked = Boolean(draft.warning);
}

const named = (kind) => kind[0].toUpperCase() + kind.slice(1).replaceAll("_", " ");

function option({ code, name, why, fine }) {
  const shown = stamp("option", { name, why, fine: money(fine) });
  shown.querySelector("input").value = code;
  return shown;
}

const written = (cite) => ({ violation: cite.querySelector("[name=violation]:checked")?.value ?? "", note: cite.note.value, warning: cite.warning.checked });

async function keep(cite) {
  if (!draft) return;
  Object.assign(draft, written(cite));
  await queue.keepDraft(draft);
}

async function take(app, input) {
  const files = [...input.files];
  input.value = "";
  for (const file of files) {
    if ((await queue.photos(draft.id)).length >= MOST_PHOTOS) break;
    await queue.addPhoto(draft.id, await small(file).catch(() => file));
  }
  await drawPhotos(app);
}

async function drawPhotos(app) {
  const box = app.querySelector("[data-photos]");
  box.querySelectorAll("img").forEach(({ src }) => URL.revokeObjectURL(src));
  list(box, (await queue.photos(draft.id)).map(({ bytes, type }, place) => {
    const figure = stamp("photo", { told: `${Math.ceil(bytes.byteLength / 1024)} kB` });
    Object.assign(figure.querySelector("img"), { src: URL.createObjectURL(new Blob([bytes], { type })), alt: `Photo ${place + 1}` });
    return figure;
  }));
}

async function write(app, cite) {
  const error = cite.querySelector("[data-cite-error]");
  const given = written(cite);
  error.hidden = Boolean(given.violation);
  if (!given.violation) {
    error.textContent = "Choose the violation.";
    return cite.scrollIntoView();
  }
  const { id, plate: text, region, zone, lat, lon, check, shown } = draft;
  draft = null;
  const record = await queue.add("citation", state.me.officer, { plate: text, region, zone, lat, lon, check, ...given, fine: fineOf(shown, given) }, { id, told: shown.verdict, online: Boolean(shown.online) });
  await count();
  go(`record/${record.id}`);
  refresh();
}

const fineOf = (shown, { violation, warning }) => (warning ? null : [...shown.options, ...shown.others].find(({ code }) => code === violation)?.fine ?? null);

async function leave() {
  const { id } = draft;
  draft = null;
  await queue.keepDraft(null);
  await queue.dropPhotos(id);
  go("check");
}

async function chalk() {
  const { plate: text, region, zone, lat, lon } = draft;
  await queue.add("chalk", state.me.officer, { plate: text, region, zone, lat, lon });
  await leave();
  await count();
  refresh();
}
