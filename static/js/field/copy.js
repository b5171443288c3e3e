// The copy of the rights that the phone answers from; docs/guides/offline.md says what is in it.
import { answer, device, get, together } from "./db.js";
import { knownOf, permitsOf } from "./mates.js";
import { ask } from "./net.js";
import { digest, keyOf } from "./plate.js";

export const head = () => get("meta", "copy");

// Takes everything, or what changed since the phone asked last. `told` hears how many bytes have come.
export async function take(officer, { anew = false, told = () => {} } = {}) {
  const held = await head();
  const after = held && held.officer === officer && !anew ? `&after=${encodeURIComponent(held.cursor)}` : "";
  const response = await ask(`/field/offline/set/?device=${await device()}${after}`, { wait: 120_000 });
  const [given, bytes] = await read(response, told);
  return keep(given, { officer, bytes });
}

async function read(response, told) {
  const parts = [];
  let bytes = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    told(bytes += value.length);
  }
  return [JSON.parse(await new Blob(parts).text()), bytes];
}

// Plates stand in 256 buckets by the first two digits of their names: each is read and written whole.
export function keep(given, { officer, bytes }) {
  const changes = new Map();
  const bucket = (name) => changes.get(name.slice(0, 2)) ?? changes.set(name.slice(0, 2), {}).get(name.slice(0, 2));
  for (const name of given.removed) bucket(name)[name] = null;
  for (const [name, rights] of Object.entries(given.rights)) bucket(name)[name] = { rights, alerts: [] };
  for (const [name, alerts] of Object.entries(given.alerts)) bucket(name)[name] = { rights: given.rights[name] ?? [], alerts };
  return together(["meta", "buckets"], async (meta, buckets) => {
    const before = given.full ? null : await answer(meta.get("copy"));
    if (given.full) buckets.clear();
    for (const kind of ["seen", "marks"]) meta.put(merged(given.full ? {} : await answer(meta.get(kind)), given[kind]), kind);
    let plates = before?.plates ?? 0;
    for (const [start, changed] of changes) {
      const held = given.full ? {} : (await answer(buckets.get(start))) ?? {};
      for (const [name, value] of Object.entries(changed)) {
        plates += (value ? 1 : 0) - (name in held ? 1 : 0);
        if (value) held[name] = value;
        else delete held[name];
      }
      buckets.put(held, start);
    }
    const { taken_at, until, cursor, programme_version } = given;
    const kept = { ...before, officer, taken_at, until, cursor, programme_version, plates, bytes: given.full ? bytes : before.bytes };
    if (given.full) Object.assign(kept, { key: given.key, zones: given.zones, days: given.days });
    meta.put(kept, "copy");
    return kept;
  });
}

// Rows by name, with those that came; what comes again is there once.
function merged(known, given) {
  const all = { ...known };
  for (const [name, rows] of Object.entries(given ?? {})) {
    const had = new Set((all[name] ?? []).map(String));
    all[name] = [...(all[name] ?? []), ...rows.filter((row) => !had.has(String(row)))];
  }
  return all;
}

const held = async (name) => (await get("buckets", name.slice(0, 2)))?.[name] ?? { rights: [], alerts: [] };

// What the copy knows of a plate: its rights, its alerts, its chalk marks, and its permits' other vehicles.
export async function of(plate, copy) {
  const [name, seen, marks] = await Promise.all([digest(copy.key, keyOf(plate)), get("meta", "seen"), get("meta", "marks")]);
  return knownOf(name, held, { seen, marks });
}

// Remembers that this phone saw a plate, for what is said of the other vehicles on its permit there.
export async function note(plate, zone, at, copy) {
  const name = await digest(copy.key, keyOf(plate));
  const { rights } = await held(name);
  const here = permitsOf(rights.filter(([place]) => zone.covers.includes(copy.zones[place]?.code)));
  if (!here.length) return;
  const sight = [name, Math.floor(at / 1000), plate];
  await together(["meta"], async (meta) => meta.put(merged(await answer(meta.get("seen")), Object.fromEntries(here.map((permit) => [permit, [sight]]))), "seen"));
}

export const forget = () => together(["meta", "buckets"], (meta, buckets) => {
  for (const name of ["copy", "seen", "marks"]) meta.delete(name);
  return answer(buckets.clear());
});
