// In which zones a position is, and which of them decide there; enforcement/rules/places.py is what it follows.
const LAST = 1_000_000_000;

export function deciding(zones, { lat, lon }, second) {
  const here = zones.filter(({ polygon }) => polygon && contains(polygon, lon, lat));
  const on = here.filter(({ enforced }) => enforced.some(([from, to]) => from <= second && second < to));
  const left = on.length ? on : here;
  const first = Math.min(...left.map(({ priority }) => priority || LAST));
  return left.filter(({ priority }) => (priority || LAST) === first);
}

function contains({ type, coordinates }, lon, lat) {
  if (!type.includes("Polygon")) return false;
  const areas = type === "Polygon" ? [coordinates] : coordinates;
  return areas.some(([outer, ...holes]) => isWithin(outer, lon, lat) && !holes.some((hole) => isWithin(hole, lon, lat)));
}

// Whether a ray to the east crosses the ring an odd number of times.
function isWithin(ring, lon, lat) {
  let isIn = false;
  for (let place = 1; place < ring.length; place += 1) {
    const [[x1, y1], [x2, y2]] = [ring[place - 1], ring[place]];
    if ((y1 > lat) !== (y2 > lat) && lon < x1 + ((lat - y1) * (x2 - x1)) / (y2 - y1)) isIn = !isIn;
  }
  return isIn;
}
