// What this phone's copy answers, in the shape of the office's own answer.
import { ago, now } from "./clock.js";
import * as copies from "./copy.js";
import { keyOf } from "./plate.js";
import * as queue from "./queue.js";
import { state, zoneNow } from "./state.js";
import { judge } from "./verdict.js";

export const UNKNOWN = { verdict: "unknown", sign: "alert", word: "Cannot tell", sub: "", because: [], alerts: [], near_misses: [], options: [], others: [] };

export async function ofCopy(plate, region, words, zone = zoneNow()) {
  const { copy } = state;
  if (!copy || !zone) return { ...UNKNOWN, because: ["This phone has no list yet."], source: "No list on this phone." };
  const known = await copies.of(plate, copy);
  known.marks = [...known.marks, ...await ownMarks(keyOf(plate))];
  const found = judge({ copy, zone, known, region, at: now() });
  const source = `From this phone's list, ${ago(copy.taken_at)} old.`;
  const others = zone.violations.map(raised);
  const told = { alerts: known.alerts.map(([kind, text]) => ({ kind, text })), near_misses: [], may_chalk: Boolean(zone.max_stay) };
  if (found.verdict === "unknown") {
    const because = [`The list is ${ago(copy.taken_at)} old and no longer says who may stand here. Ask the office before you write.`];
    return { ...UNKNOWN, ...told, because, others, source };
  }
  const word = words[found.verdict];
  const stop = known.alerts.find(([kind, , isNow]) => isNow && kind !== "exempt");
  const until = found.until ? `until ${new Date(found.until * 1000).toLocaleTimeString("en-US", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })}` : "";
  return {
    ...found, ...told, source,
    sign: stop ? "alert" : word.tone === "bad" ? "bad" : "good",
    word: stop ? `Stop: ${stop[0] === "boot" ? "may be booted" : stop[0].replaceAll("_", " ")}` : word.text,
    sub: stop ? word.text : until,
    options: others.filter((one) => one.raised_by === found.verdict),
    others: others.filter((one) => one.raised_by !== found.verdict),
  };
}

const raised = ({ code, name, fine, raised_by }) => ({ code, name, fine, why: "", raised_by });

// What may be written about a vehicle that has no plate.
export function ofNoPlate(zone = zoneNow()) {
  return { ...UNKNOWN, verdict: "", sign: "bad", word: "No plate", others: (zone?.violations ?? []).map(raised), source: "Nothing is looked up: a VIN or a description tells the car apart.", isBare: true };
}

// This phone's own chalk marks of a plate, as the copy has those of all.
async function ownMarks(key) {
  const rows = (await queue.records()).filter(({ kind, data }) => kind === "chalk" && keyOf(data.plate) === key);
  return rows.map(({ at, data }) => [data.zone, Math.floor(Date.parse(at) / 1000), data.region, data.valve ?? "", data.lat, data.lon]);
}
