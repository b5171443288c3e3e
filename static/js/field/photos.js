// The photos of citations: kept as they are taken, and sent once their citation was.
import { stamp } from "./clock.js";
import { all, answer, together } from "./db.js";
import { hex } from "./plate.js";

export const photosOf = (record) => IDBKeyRange.bound([record], [record, "\uffff"]);

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

// Photos that have not been sent of citations that were.
export async function waitingPhotos(officer) {
  const sent = new Set((await all("records")).filter((row) => row.state === "sent" && row.officer === officer).map(({ id }) => id));
  const rows = await all("photos");
  return rows.filter(({ record, state }) => state === "waiting" && sent.has(record));
}

export const dropPhotos = (record) => together(["photos"], (kept) => answer(kept.delete(photosOf(record))));
