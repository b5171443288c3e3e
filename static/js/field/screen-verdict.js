// The verdict, and the citation that may be written on it. Every keystroke is kept until it is written or left.
import { small } from "../pictures.js";
import { mark } from "./chalk.js";
import { fineOf, lacking, written } from "./cite.js";
import { now } from "./clock.js";
import * as copies from "./copy.js";
import { go } from "./dom.js";
import * as photos from "./photos.js";
import * as queue from "./queue.js";
import { draw, drawPhotos, form } from "./shown.js";
import { feel, say, spelled } from "./speak.js";
import { count, refresh, state, zoneNow } from "./state.js";

const MOST_PHOTOS = 6;
let draft = null;

export function setUp(app) {
  const cite = form(app);
  cite.addEventListener("input", () => keep(app, cite));
  cite.photo.addEventListener("change", () => take(app, cite.photo));
  cite.addEventListener("submit", (event) => {
    event.preventDefault();
    write(app, cite);
  });
  app.querySelector("[name=leave]").addEventListener("click", () => leave());
  app.querySelector("[name=chalk]").addEventListener("click", () => chalk(app));
}

export async function enter(app) {
  const held = await queue.draft();
  if (!held?.shown) return go("check");
  const isNew = draft?.id !== held.id;
  draft = held;
  draw(app, draft);
  await drawPhotos(app, draft);
  if (!isNew || draft.touched || draft.without_plate) return;
  feel(draft.shown.sign);
  if (state.speaks) say(`${draft.shown.word}. ${spelled(draft.plate)}`);
}

async function keep(app, cite) {
  if (!draft) return;
  Object.assign(draft, written(cite, draft), { touched: true });
  await queue.keepDraft(draft);
}

async function take(app, input) {
  const files = [...input.files];
  input.value = "";
  draft.touched = true;
  await queue.keepDraft(draft);
  for (const file of files) {
    if ((await photos.photos(draft.id)).length >= MOST_PHOTOS) break;
    await photos.addPhoto(draft.id, await small(file).catch(() => file));
  }
  await drawPhotos(app, draft);
}

async function write(app, cite) {
  const given = written(cite, draft);
  const fault = lacking(given, draft);
  const error = cite.querySelector("[data-cite-error]");
  error.hidden = !fault;
  error.textContent = fault;
  if (fault) return error.scrollIntoView({ block: "center" });
  const { id, of, plate, region, zone, lat, lon, check, without_plate, shown } = draft;
  draft = null;
  const data = { plate, region, zone, lat, lon, check, without_plate, ...given, fine: fineOf(shown, given) };
  const record = await queue.add("citation", state.me.officer, data, { id, of, told: shown.verdict, online: Boolean(shown.online) });
  await count();
  go(`record/${record.id}`);
  refresh();
}

async function leave() {
  const { id } = draft;
  draft = null;
  await queue.keepDraft(null);
  await photos.dropPhotos(id);
  go("check");
}

async function chalk(app) {
  const { plate, region, zone, lat, lon } = draft;
  await queue.add("chalk", state.me.officer, { plate, region, zone, lat, lon, ...mark(app) });
  if (zoneNow()?.code === zone) await copies.note(plate, zoneNow(), now(), state.copy);
  await leave();
  await count();
  refresh();
}
