// What the officer wrote down, in its order. A record is never changed: only what became of it is added.
import { stamp } from "./clock.js";
import { all, answer, get, together } from "./db.js";
import { hex } from "./plate.js";

const KEPT_FOR = 3 * 86_400_000;

// Writes a record down, with its photos' hashes and its number, in one transaction: all of it or none.
export function add(kind, officer, data, { id = crypto.randomUUID(), told = "", online = false } = {}) {
  const written = { id, kind, officer, told, online, state: "waiting", ...stamp() };
  return together(["meta", "records", "photos"], async (meta, records, photos) => {
    const seq = ((await answer(meta.get("seq"))) ?? 0) + 1;
    meta.put(seq, "seq");
    const kept = { ...data };
    if (kind === "citation") {
      kept.photos = (await answer(photos.getAll(photosOf(id)))).map(({ sha256 }) => sha256);
      const numbers = (await answer(meta.get("numbers"))) ?? { officer, left: [] };
      const next = numbers.officer === officer ? numbers.left.shift() : null;
      if (next) [kept.number, written.pin] = [next.number, next.pin];
      meta.put(numbers, "numbers");
      meta.delete("draft");
    }
    const record = { ...written, seq, data: kept };
    records.put(record);
    return record;
  });
}

export const photosOf = (record) => IDBKeyRange.bound([record], [record, "\uffff"]);

// All that the phone still holds, the oldest first.
export const records = async () => (await all("records")).sort((a, b) => a.seq - b.seq);

export async function waiting(officer) {
  const rows = await records();
  return rows.filter((row) => row.officer === officer && row.state === "waiting");
}

export async function became(id, result) {
  const state = { later: "waiting", incomplete: "problem", refused: "problem" }[result.status] ?? "sent";
  await together(["records"], async (kept) => {
    const record = await answer(kept.get(id));
    if (record) kept.put({ ...record, state, result });
  });
}

// A photo is kept as it is taken, before anything is sent.
export async function addPhoto(record, file) {
  const bytes = await file.arrayBuffer();
  const sha256 = hex(await crypto.subtle.digest("SHA-256", bytes));
  const photo = { record, sha256, bytes, type: file.type, taken: stamp(), state: "waiting" };
  await together(["photos"], (photos) => answer(photos.put(photo)));
  return photo;
}

export const photos = (record) => all("photos", photosOf(record));

export const photoBecame = (photo, state, reason = "") => together(["photos"], (kept) =>
  answer(state === "sent" ? kept.put({ ...photo, state, bytes: null }) : kept.put({ ...photo, state, reason })));

// Photos of citations that were written and have not been sent.
export async function waitingPhotos(officer) {
  const sent = new Map((await records()).map((row) => [row.id, row]));
  const rows = await all("photos");
  return rows.filter(({ record, state }) => state === "waiting" && sent.get(record)?.officer === officer);
}

// What was sent days ago need not be carried any longer.
export const tidy = () => together(["records", "photos"], async (kept, pictures) => {
  for (const row of await answer(kept.getAll())) {
    if (row.state !== "sent" || Date.now() - Date.parse(row.at) < KEPT_FOR) continue;
    const left = await answer(pictures.getAll(photosOf(row.id)));
    if (left.some(({ state }) => state === "waiting")) continue;
    pictures.delete(photosOf(row.id));
    kept.delete(row.id);
  }
});

export const draft = () => get("meta", "draft");
export const keepDraft = (value) => together(["meta"], (meta) => answer(value ? meta.put(value, "draft") : meta.delete("draft")));
export const dropPhotos = (record) => together(["photos"], (kept) => answer(kept.delete(photosOf(record))));
