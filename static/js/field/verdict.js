// What the copy says of a plate, in the words of the office; enforcement/rules/verdicts.py is what it follows.
// Only what the copy can tell: another vehicle of the permit is known to the office alone.
import { regionsMatch } from "./plate.js";

const FORGOTTEN = 86_400;

const holdsAt = (spans, at) => spans.find(([from, to]) => from <= at && at < to);

// `at` is in milliseconds; `marks` are this phone's chalk marks of the plate, [zone code, milliseconds].
export function judge({ copy, zone, rights, region = "", marks = [], at }) {
  if (at >= Date.parse(copy.until) || at < Date.parse(copy.taken_at) - 300_000) return { verdict: "unknown", because: [] };
  const second = Math.floor(at / 1000);
  const enforced = `${zone.code} is ${zone.hours === "never" ? "never enforced" : `enforced ${zone.hours}`}.`;
  const hours = holdsAt(zone.enforced, second);
  if (!hours) return { verdict: "not_enforced", because: [enforced, ...(zone.hours === "never" ? [] : ["It is not enforced now."])] };
  const here = rights.filter(([place, , , , of]) => covers(copy, zone, place) && regionsMatch(region, of));
  const held = here.filter(([, from, to]) => from <= second && second < to).sort((a, b) => b[2] - a[2])[0];
  if (held) return { verdict: "authorized", because: [enforced, said(held)], until: held[2] };
  const limit = zone.max_stay ? since(zone, marks, second, hours[0]) : null;
  const free = zone.max_stay && !zone.paid;
  const ends = limit === null ? null : limit + zone.max_stay;
  const late = ends !== null && second >= ends;
  const stay = zone.max_stay ? `${zone.code} allows ${span(zone.max_stay)}; ${limit === null ? "this phone has no chalk mark of it here." : "this phone chalked it."}` : "";
  if (free && !late) return { verdict: "authorized", because: [enforced, stay], until: ends };
  const ended = here.filter(([, , to]) => to <= second && second < to + zone.grace).sort((a, b) => b[2] - a[2])[0];
  if (ended) return { verdict: "grace", because: [enforced, said(ended), `${span(zone.grace)} of grace run.`], until: ended[2] + zone.grace };
  if (late && second < ends + zone.grace && free) return { verdict: "grace", because: [enforced, stay], until: ends + zone.grace };
  if (late && second >= ends + zone.grace) return { verdict: "overtime", because: [enforced, stay] };
  return { verdict: "unauthorized", because: [enforced, `No right of this plate in ${zone.code} is on this phone.`] };
}

const covers = (copy, zone, place) => place === -1 || zone.covers.includes(copy.zones[place]?.code);

// When the stay began that the chalk marks tell of, in seconds; null where there is none.
function since(zone, marks, second, opened) {
  let began = null;
  let last = null;
  for (const [code, at] of [...marks].sort((a, b) => a[1] - b[1])) {
    const seen = Math.floor(at / 1000);
    if (code !== zone.code || seen > second) continue;
    if (last === null || seen - last >= zone.max_stay + FORGOTTEN) began = seen;
    last = seen;
  }
  if (last === null || second - last >= zone.max_stay + FORGOTTEN) return null;
  return Math.max(began, opened);
}

const NAMES = { permit: "A permit", session: "A paid stay", pass: "A visitor pass", exempt: "An exemption" };
const said = ([, , to, kind]) => `${NAMES[kind] ?? "A right"} covers this plate here until ${clock(to)}.`;
const clock = (second) => new Date(second * 1000).toLocaleTimeString("en-US", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const span = (seconds) => (seconds % 3600 ? `${Math.round(seconds / 60)} min` : `${seconds / 3600} h`);
