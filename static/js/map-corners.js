// The corners of a shape on the map: dragged, or moved, added and removed by the keyboard.
import { written } from "./define.js";

const MOST = 300;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export const position = ({ lat, lng }) => [Number(lng.toFixed(7)), Number(lat.toFixed(7))];
const latLng = ([lng, lat]) => L.latLng(lat, lng);
const between = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2].map((n) => Number(n.toFixed(7)));

export class Corners {
  // `changed` is called after every change; `chosen` when the corner of a path is clicked.
  constructor(map, shape, words, { changed, chosen }) {
    Object.assign(this, { map, shape, words, changed, chosen });
    this.layer = L.layerGroup().addTo(map);
  }

  draw(focus) {
    this.layer.clearLayers();
    if (this.shape.corners > MOST) return;
    this.shape.paths.forEach((path, n) => {
      path.forEach((corner, at) => {
        const handle = this.corner(n, at, corner, path.length);
        if (focus && focus[0] === n && focus[1] === at) handle.getElement().focus();
        const next = path[at + 1] ?? (this.shape.isClosed && path.length > 2 ? path[0] : null);
        if (next) this.middle(n, at + 1, between(corner, next));
      });
    });
  }

  marker(corner, css, size, keyboard) {
    const icon = L.divIcon({ className: css, iconSize: [size, size], html: "" });
    return L.marker(latLng(corner), { icon, draggable: true, keyboard }).addTo(this.layer);
  }

  corner(path, at, corner, count) {
    const handle = this.marker(corner, "drawing__corner", 24, true);
    handle.getElement().setAttribute("aria-label", written(this.words.corner, at + 1, count));
    handle.on("drag", () => this.chosen(path, at, position(handle.getLatLng())));
    handle.on("dragend", () => this.set(() => this.shape.move(path, at, position(handle.getLatLng()))));
    handle.on("click", () => this.chosen(path, at));
    handle.getElement().addEventListener("keydown", (event) => this.press(event, path, at));
    return handle;
  }

  middle(path, at, corner) {
    const handle = this.marker(corner, "drawing__middle", 16, false);
    handle.getElement().setAttribute("aria-hidden", "true");
    handle.on("dragend", () => this.set(() => this.shape.insert(path, at, position(handle.getLatLng()))));
  }

  press(event, path, at) {
    const points = this.shape.paths[path];
    const step = STEPS[event.key];
    if (step) {
      const far = event.shiftKey ? 10 : 1;
      const moved = this.map.latLngToContainerPoint(latLng(points[at])).add([step[0] * far, step[1] * far]);
      this.set(() => this.shape.move(path, at, position(this.map.containerPointToLatLng(moved))), [path, at]);
    } else if (["Delete", "Backspace"].includes(event.key)) {
      this.set(() => this.shape.remove(path, at), [path, Math.max(0, at - 1)]);
    } else if (["Insert", "+"].includes(event.key)) {
      this.set(() => this.shape.insert(path, at + 1, between(points[at], points[at + 1] ?? points[0])), [path, at + 1]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  set(act, focus) {
    act();
    this.changed(focus);
  }
}
