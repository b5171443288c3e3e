// The shape that is being drawn: its corners, its past, and the GeoJSON that it is.
const CLOSED = new Set(["Polygon", "MultiPolygon"]);
const LEAST = { Point: 1, LineString: 2, MultiLineString: 2, Polygon: 3, MultiPolygon: 3 };

const open = (ring) => ring.slice(0, -1).map((at) => at.slice(0, 2));
const closed = (ring) => [...ring, ring[0]];

// What GeoJSON says, flat: a path for each ring or line; `groups` counts the rings of each polygon.
function read(geometry) {
  const { type, coordinates: parts } = geometry;
  if (!(type in LEAST)) throw new TypeError(type);
  if (type === "Point") return { type, groups: [1], paths: [[parts]] };
  if (type === "LineString") return { type, groups: [1], paths: [parts] };
  if (type === "MultiLineString") return { type, groups: parts.map(() => 1), paths: parts };
  const polygons = type === "Polygon" ? [parts] : parts;
  return { type, groups: polygons.map((rings) => rings.length), paths: polygons.flat().map(open) };
}

function grouped(groups, paths) {
  let from = 0;
  return groups.map((count) => paths.slice(from, (from += count)));
}

function write({ type, groups, paths }) {
  if (!paths.length || paths.some((path) => path.length < LEAST[type])) return null;
  if (type === "Point") return { type, coordinates: paths[0][0] };
  if (type === "LineString") return { type, coordinates: paths[0] };
  if (type === "MultiLineString") return { type, coordinates: paths };
  const polygons = grouped(groups, paths.map(closed));
  return { type, coordinates: type === "Polygon" ? polygons[0] : polygons };
}

export class Shape {
  constructor() {
    this.past = [];
    this.state = { type: "Polygon", groups: [], paths: [] };
  }

  get isClosed() { return CLOSED.has(this.state.type); }

  get paths() { return this.state.paths; }

  get geometry() { return write(this.state); }

  // The paths of each polygon: its outline, then its holes.
  grouped(paths) { return grouped(this.state.groups, paths); }

  get corners() { return this.paths.reduce((sum, path) => sum + path.length, 0); }

  set geometry(value) { this.change(() => { this.state = value ? read(value) : { type: "Polygon", groups: [], paths: [] }; }); }

  // Does something to the state that `undo` takes back.
  change(act) {
    const before = JSON.stringify(this.state);
    act(this.state.paths);
    if (JSON.stringify(this.state) !== before) this.past.push(before);
  }

  undo() {
    if (this.past.length) this.state = JSON.parse(this.past.pop());
  }

  begin(type) { this.change(() => { this.state = { type, groups: [1], paths: [[]] }; }); }

  add(corner) { this.change((paths) => paths.at(-1).push(corner)); }

  move(path, at, corner) { this.change((paths) => { paths[path][at] = corner; }); }

  insert(path, at, corner) { this.change((paths) => paths[path].splice(at, 0, corner)); }

  // A ring keeps three corners and a line two: fewer are no shape.
  remove(path, at) {
    if (this.paths[path].length > LEAST[this.state.type]) this.change((paths) => paths[path].splice(at, 1));
  }
}
