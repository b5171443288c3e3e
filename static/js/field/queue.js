// What the officer wrote down, in its order. A record is never changed: only what became of it is added.
import { stamp } from "./clock.js";
import { all, answer, get, together } from "./db.js";
import { photosOf } from "./photos.js";

const KEPT_FOR = 3 * 86_400_000;

// Writes a record down, with its photos' hashes and its number, in one transaction: all of it or none. What is
// written again (`of` another that was not taken) keeps the time and the number of the first.
export function add(kind, officer, data, { id = crypto.randomUUID(), told = "", online = false, of = null } = {}) {
  const written = { id, kind, officer, told, online, state: "waiting", ...stamp() };
  return together(["meta", "records", "photos"], async (meta, records, photos) => {
    const seq = ((await answer(meta.get("seq"))) ?? 0) + 1;
    meta.put(seq, "seq");
    const kept = { ...data };
    const first = of && (await answer(records.get(of)));
    if (first) {
      Object.assign(written, { of, at: first.at, page: first.page, elapsed: first.elapsed, pin: first.pin });
      records.put({ ...first, state: "replaced", by: id });
    }
    if (kind === "citation") {
      kept.photos = (await answer(photos.getAll(photosOf(id)))).map(({ sha256 }) => sha256);
      if (first?.data.number) kept.number = first.data.number;
      else Object.assign(written, await numbered(meta, officer, kept));
      meta.delete("draft");
    }
    const record = { ...written, seq, data: kept };
    records.put(record);
    return record;
  });
}

async function numbered(meta, officer, kept) {
  const numbers = (await answer(meta.get("numbers"))) ?? { officer, left: [] };
  const next = numbers.officer === officer ? numbers.left.shift() : null;
  meta.put(numbers, "numbers");
  if (!next) return {};
  kept.number = next.number;
  return { pin: next.pin };
}

// Opens a record that was not taken, to be put right: everything that was written stands there again. What it
// was stays as it is until the new one is written.
export function reopen({ id, data }, { shown, zone }) {
  const { plate = "", region = "", violation, also, note, public_note, warning, without_plate, vin, vehicle, lat, lon, check } = data;
  const draft = { id: crypto.randomUUID(), of: id, plate, region, zone, violation, also, note, public_note, warning, without_plate, vin, vehicle, lat, lon, check, shown, touched: true };
  return together(["meta", "photos"], async (meta, photos) => {
    for (const photo of await answer(photos.getAll(photosOf(id)))) photos.put({ ...photo, record: draft.id, state: "waiting" });
    meta.put(draft, "draft");
  });
}

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

// What was sent days ago need not be carried any longer.
export const tidy = () => together(["records", "photos"], async (kept, pictures) => {
  for (const row of await answer(kept.getAll())) {
    if (!["sent", "replaced"].includes(row.state) || Date.now() - Date.parse(row.at) < KEPT_FOR) continue;
    const left = await answer(pictures.getAll(photosOf(row.id)));
    if (row.state === "sent" && left.some(({ state }) => state === "waiting")) continue;
    pictures.delete(photosOf(row.id));
    kept.delete(row.id);
  }
});

export const draft = () => get("meta", "draft");
export const keepDraft = (value) => together(["meta"], (meta) => answer(value ? meta.put(value, "draft") : meta.delete("draft")));
