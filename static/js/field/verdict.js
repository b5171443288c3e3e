// What the copy says of a plate, in the words of the office; enforcement/rules/verdicts.py is what it follows.
import { before } from "./mates.js";
import { regionsMatch } from "./plate.js";
import { stayIn } from "./stay.js";

const LIFTS = 5;
const ON_SITE = 6;

// `at` is in milliseconds; `known` is what the copy knows of the plate, with the chalk marks [zone, second, region, valves, lat, lon, gone].
export function judge({ copy, zone, known, region = "", at }) {
  if (at >= Date.parse(copy.until) || at < Date.parse(copy.taken_at) - 300_000) return { verdict: "unknown", because: [] };
  const second = Math.floor(at / 1000);
  const enforced = `${zone.code} is ${zone.hours === "never" ? "never enforced" : `enforced ${zone.hours}`}.`;
  const hours = zone.enforced.find(([from, to]) => from <= second && second < to);
  if (!hours) return { verdict: "not_enforced", because: [enforced, ...(zone.hours === "never" ? [] : ["It is not enforced now."])] };
  const here = known.rights.filter(([place, , , , of]) => covers(copy, zone, place) && regionsMatch(region, of));
  const held = here.filter(([, from, to]) => from <= second && second < to).sort(latest);
  const others = new Map(held.map((right) => [right, right[ON_SITE] ? before(right, known, second) : []]));
  const usable = held.filter((right) => !right[ON_SITE] || others.get(right).length < right[ON_SITE]);
  const limit = limitOf(zone, usable, known, { region, second, opened: hours[0], days: copy.days });
  const isOver = Boolean(limit?.ends) && second >= limit.ends;
  const told = [enforced, ...(limit ? [limit.text] : [])];
  if (!isOver && usable.length) return { verdict: "authorized", because: [...told, said(usable[0])], until: usable[0][2] };
  const isFree = Boolean(limit) && !zone.paid;
  if (!isOver && isFree) return { verdict: "authorized", because: told, until: limit.ends };
  if (held.length && !usable.length) return { verdict: "second_vehicle", because: [enforced, said(held[0]), usedUp(held[0], others.get(held[0]))] };
  const ended = usable.length ? null : here.filter(([, , to]) => to <= second && second < to + zone.grace).sort(latest)[0];
  if (ended) return { verdict: "grace", because: [enforced, said(ended), `${span(zone.grace)} of grace run.`], until: ended[2] + zone.grace };
  if (isOver && second < limit.ends + zone.grace && (usable.length || isFree)) return { verdict: "grace", because: told, until: limit.ends + zone.grace };
  if (isOver && second >= limit.ends + zone.grace) return { verdict: "overtime", because: [...told, `The limit passed at ${clock(limit.ends)}.`] };
  return { verdict: "unauthorized", because: [enforced, `No right of this plate in ${zone.code} is on this phone.`] };
}

const latest = (a, b) => b[2] - a[2];
const covers = (copy, zone, place) => place === -1 || zone.covers.includes(copy.zones[place]?.code);

// The time limit of the zone, unless a right lifts it; its end is known once the vehicle was seen.
function limitOf(zone, usable, { marks }, { region, second, opened, days }) {
  if (!zone.max_stay || usable.some((right) => right[LIFTS] || ["exempt", "session"].includes(right[3]))) return null;
  const sights = marks.filter(([, , of]) => regionsMatch(region, of)).map(([code, at, , valve, lat, lon, gone]) => ({ zone: code, at, valve, lat, lon, gone }));
  const stay = stayIn(zone, sights, second, days);
  const allows = `${zone.code} allows ${span(zone.max_stay)}${zone.by_day ? " a day" : ""}`;
  if (!stay) return { text: `${allows}; this phone knows of no chalk mark here.`, ends: null };
  const since = Math.max(stay.since, opened);
  const earlier = stay.before ? ` stood here for ${Math.round(stay.before / 60)} min earlier today, and` : "";
  return { text: `${allows}; it${earlier} has been here since ${clock(since)}.`, ends: since + zone.max_stay - stay.before };
}

function usedUp(right, others) {
  const named = others.map(({ plate, at }) => `${plate || "another vehicle"} at ${clock(at)}`).join(" and ");
  return `It covers ${right[ON_SITE] === 1 ? "one vehicle" : `${right[ON_SITE]} vehicles`} at a time, and ${named} was seen there less than 4 hours ago.`;
}

const NAMES = { permit: "A permit", session: "A paid stay", pass: "A visitor pass", exempt: "An exemption" };
const said = ([, , to, kind]) => `${NAMES[kind] ?? "A right"} covers this plate here until ${clock(to)}.`;
const clock = (second) => new Date(second * 1000).toLocaleTimeString("en-US", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const span = (seconds) => (seconds % 3600 ? `${Math.round(seconds / 60)} min` : `${seconds / 3600} h`);
