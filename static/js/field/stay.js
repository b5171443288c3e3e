// How long a vehicle has stayed in a zone, as far as it was seen; enforcement/rules/stays.py is what it follows.
const FORGOTTEN = 86_400;
const EARTH = 6_371_000;

// `sights` are { zone, at, valve, lat, lon, gone } in seconds, `days` the beginnings of the tenant's days; the stay
// that is on at `second`, or null. `before` is for how long it stood there earlier, where all of a day count together.
export function stayIn(zone, sights, second, days = []) {
  const longest = Math.max(zone.max_stay + FORGOTTEN, zone.no_return ?? 0);
  const goesOn = (stay, at, hasLeft) => (hasLeft ? at < stay.last + (zone.no_return ?? 0) : at - stay.last < longest);
  const over = [];
  let stay = null;
  let valve = "";
  let left = false;
  let last = null;
  for (const sight of sights.filter(({ at }) => at <= second).sort((a, b) => a.at - b.at)) {
    if (sight.zone !== zone.code || sight.gone) {
      left = stay !== null;
      continue;
    }
    const drove = turned(valve, sight.valve ?? "") || isFar(last, sight, zone.moved);
    const isOn = stay !== null && goesOn(stay, sight.at, left || drove);
    if (stay && !isOn) over.push(stay);
    stay = { since: isOn ? stay.since : sight.at, last: sight.at };
    valve = drove ? sight.valve ?? "" : read(valve, sight.valve ?? "");
    left = false;
    last = sight;
  }
  if (!stay || !goesOn(stay, second, left)) return null;
  return { ...stay, before: zone.by_day ? stood(over, Math.max(...days.filter((day) => day <= second))) : 0 };
}

// For how long it was seen to stand on stays that are over, since the day began.
const stood = (stays, begins) => stays.reduce((sum, { since, last }) => sum + Math.max(0, last - Math.max(since, begins)), 0);

const wheels = (valve) => valve.split("/");

function turned(valve, other) {
  const [before, after] = [wheels(valve), wheels(other)];
  return before.some((hour, place) => hour && after[place] && hour !== after[place]);
}

function read(valve, other) {
  const [before, after] = [wheels(valve), wheels(other)];
  return Array.from({ length: Math.max(before.length, after.length) }, (_, place) => after[place] || before[place] || "").join("/");
}

const isFar = (last, sight, moved) => Boolean(moved) && [last?.lat, last?.lon, sight.lat, sight.lon].every(Number.isFinite) && meters(last, sight) > moved;

const radians = (degrees) => (degrees * Math.PI) / 180;

function meters(one, other) {
  const east = radians(other.lon - one.lon) * Math.cos(radians((one.lat + other.lat) / 2));
  return EARTH * Math.hypot(east, radians(other.lat - one.lat));
}
