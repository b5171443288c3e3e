// The verdict, and the citation that may be written on it. Every keystroke is kept until it is written or left.
import { small } from "../pictures.js";
import { go } from "./dom.js";
import * as queue from "./queue.js";
import { draw, drawPhotos, form } from "./shown.js";
import { feel, say, spelled } from "./speak.js";
import { count, refresh, state } from "./state.js";

const MOST_PHOTOS = 6;
let draft = null;

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
  draw(app, draft);
  await drawPhotos(app, draft);
  if (!isNew) return;
  feel(draft.shown.sign);
  if (state.speaks) say(`${draft.shown.word}. ${spelled(draft.plate)}`);
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
  await drawPhotos(app, draft);
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
