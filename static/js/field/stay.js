// How long a vehicle has stayed in a zone, as far as it was seen; enforcement/rules/stays.py is what it follows.
const FORGOTTEN = 86_400;
const EARTH = 6_371_000;

// `sights` are { zone, at, valve, lat, lon } in seconds; the stay that is on at `second`, or null.
export function stayIn(zone, sights, second) {
  const longest = Math.max(zone.max_stay + FORGOTTEN, zone.no_return ?? 0);
  const goesOn = (stay, at, hasLeft) => (hasLeft ? at < stay.last + (zone.no_return ?? 0) : at - stay.last < longest);
  let stay = null;
  let valve = "";
  let left = false;
  let last = null;
  for (const sight of sights.filter(({ at }) => at <= second).sort((a, b) => a.at - b.at)) {
    if (sight.zone !== zone.code) {
      left = stay !== null;
      continue;
    }
    const drove = turned(valve, sight.valve ?? "") || isFar(last, sight, zone.moved);
    stay = { since: stay && goesOn(stay, sight.at, left || drove) ? stay.since : sight.at, last: sight.at };
    valve = drove ? sight.valve ?? "" : read(valve, sight.valve ?? "");
    left = false;
    last = sight;
  }
  return stay && goesOn(stay, second, left) ? stay : null;
}

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
