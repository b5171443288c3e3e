// <po-map for="id">: draws the GeoJSON of a textarea on a map without tiles, and writes it back.
import { define, written } from "./define.js";
import { Corners, position } from "./map-corners.js";
import { Shape } from "./map-shape.js";
import { background, view } from "./map-view.js";

define("po-map", class extends HTMLElement {
  connectedCallback() {
    this.field = document.getElementById(this.getAttribute("for"));
    this.told = this.querySelector("[data-told]");
    this.words = JSON.parse(this.dataset.words);
    this.querySelectorAll("[hidden]").forEach((part) => { part.hidden = false; });
    this.map = view(this.querySelector("[data-map]"), () => this.add(position(this.map.getCenter())));
    this.others = background(this.map, JSON.parse(this.dataset.places));
    this.drawn = L.featureGroup().addTo(this.map);
    this.shape = new Shape();
    this.corners = new Corners(this.map, this.shape, this.words, { changed: (focus) => this.changed(focus), chosen: (...at) => this.chosen(...at) });
    this.read();
    this.shape.past = [];
    this.show();
    this.fit();
    this.map.on("click", (event) => this.add(position(event.latlng)));
    this.field.addEventListener("change", () => this.read());
    this.addEventListener("click", (event) => this.act(event.target.closest("button[data-act]")));
    this.field.form.addEventListener("reset", () => setTimeout(() => this.read()));
  }

  disconnectedCallback() { this.map?.remove(); }

  act(button) {
    const act = button?.dataset.act;
    if (act === "draw") { this.shape.begin(button.value); this.isDrawing = true; this.changed(); this.map.getContainer().focus(); }
    if (act === "undo") { this.shape.undo(); this.isDrawing = this.shape.geometry === null && this.shape.paths.length > 0; this.changed(); }
    if (act === "add") this.add(position(this.map.getCenter()));
    if (act === "done") { this.isDrawing = false; this.changed(); }
    if (act === "fit") this.fit();
  }

  add(corner) {
    if (!this.isDrawing) return;
    this.shape.add(corner);
    if (this.shape.state.type === "Point") this.isDrawing = false;
    this.changed();
  }

  chosen(path, at, corner) {
    if (corner) this.draw(path, at, corner);
    else if (this.isDrawing && at === 0) { this.isDrawing = false; this.changed(); }
  }

  read() {
    try { this.shape.geometry = this.field.value.trim() ? JSON.parse(this.field.value) : null; } catch { return; }
    this.isDrawing = false;
    this.show();
  }

  changed(focus) {
    const geometry = this.shape.geometry;
    this.field.value = geometry ? JSON.stringify(geometry) : "";
    this.show(focus);
  }

  show(focus) {
    this.draw();
    this.corners.draw(focus);
    this.toggleAttribute("drawing", Boolean(this.isDrawing));
    this.querySelector("[data-act=undo]").disabled = !this.shape.past.length;
    this.told.textContent = written(this.isDrawing ? this.words.drawing : this.words.drawn, this.shape.corners);
  }

  // The shape, with one corner elsewhere while it is dragged.
  draw(path, at, corner) {
    this.drawn.clearLayers();
    const there = this.shape.paths.map((points, n) => points.map(([lng, lat], k) => (n === path && k === at ? corner : [lng, lat]).toReversed()));
    const isOpen = this.isDrawing || !this.shape.isClosed;
    const style = { className: `drawing__shape${isOpen ? " drawing__shape--open" : ""}`, interactive: false };
    if (isOpen) there.forEach((points) => this.drawn.addLayer(L.polyline(points, style)));
    else this.shape.grouped(there).forEach((rings) => this.drawn.addLayer(L.polygon(rings, style)));
  }

  fit() {
    const bounds = this.shape.corners ? this.drawn.getBounds() : this.others.getBounds();
    if (bounds.isValid()) this.map.fitBounds(bounds, { paddingTopLeft: [70, 40], paddingBottomRight: [40, 40], maxZoom: 19, animate: false });
  }
});
