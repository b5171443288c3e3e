// Sends what waits, in its order, again and again until the office has it: it takes each record once.
import { age } from "./clock.js";
import { answer, device, get, put, together } from "./db.js";
import { post, Refused } from "./net.js";
import * as photos from "./photos.js";
import * as queue from "./queue.js";

const AT_ONCE = 20;
const NUMBERS = 50;
const FEW = 25;

const asSent = ({ id, kind, seq, at, told, online, data, tried, ...rest }) => ({
  id, kind, seq, at, told, data, age_ms: age(rest), offline: !online || Boolean(tried),
});

// Sends everything of this officer; returns how much is left. Two tabs never send at once.
export const flush = (me) => navigator.locks.request("parkops-field-send", async () => {
  for (let rows = await queue.waiting(me.officer); rows.length; ) {
    const sent = rows.splice(0, AT_ONCE);
    await deliver(me, sent);
  }
  for (const photo of await photos.waitingPhotos(me.officer)) await deliverPhoto(me, photo);
  await numbers(me);
  await queue.tidy();
});

export async function deliver(me, records, { wait, tried = true } = {}) {
  const body = {
    device: await device(),
    officer: me.officer,
    sent_at: new Date().toISOString(),
    records: records.map((row) => asSent({ ...row, tried })),
  };
  const told = await post("/field/offline/records/", me.csrf, body, wait ? { wait } : {});
  const { results } = await told.json();
  for (const result of results) await queue.became(result.id, result);
  return results;
}

async function deliverPhoto(me, photo) {
  const form = new FormData();
  form.append("record", photo.record);
  form.append("sha256", photo.sha256);
  form.append("photo", new File([photo.bytes], "photo.jpg", { type: photo.type }));
  try {
    const told = await (await post("/field/offline/photos/", me.csrf, form, { wait: 60_000 })).json();
    if (told.status !== "later") await photos.photoBecame(photo, told.status === "done" ? "sent" : "problem", told.reason);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await photos.photoBecame(photo, "problem", error.message);
  }
}

// Numbers to write citations with where there is no line; those that are written down are not free.
export async function numbers(me) {
  const held = await get("meta", "numbers");
  const isEnough = held?.officer === me.officer && (held.left.length >= FEW || (held.rests && !me.shift));
  if (!me.may_cite || isEnough) return;
  const given = await (await post("/field/offline/numbers/", me.csrf, { device: await device(), count: NUMBERS })).json();
  await together(["meta", "records"], async (meta, records) => {
    const used = new Set((await answer(records.getAll())).map(({ data }) => data.number));
    meta.put({ officer: me.officer, left: given.numbers.filter(({ number }) => !used.has(number)) }, "numbers");
  });
}

// At the end of a shift; the next one takes others along.
export async function giveBackNumbers(me) {
  await put("meta", { officer: me.officer, left: [], rests: true }, "numbers");
  await post("/field/offline/numbers/", me.csrf, { device: await device(), count: 0 });
}
