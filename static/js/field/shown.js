// What a verdict looks like, with the citation begun on it and its pictures.
import { drawCite } from "./cite.js";
import { fill, list, plate, stamp } from "./dom.js";
import * as photos from "./photos.js";

const SIGNS = { good: "m12 34 14 14 27-31", bad: "M15 15l34 34M49 15 15 49", alert: "M32 12v26M32 50v2" };

export const form = (app) => app.querySelector("[data-cite]");

export function draw(app, draft) {
  const { shown } = draft;
  const screen = app.querySelector('[data-screen="verdict"]');
  const box = fill(screen, { word: shown.word, sub: shown.sub, source: shown.source, bare: draft.without_plate }).querySelector("[data-verdict-box]");
  box.hidden = Boolean(draft.without_plate);
  box.dataset.verdict = shown.sign;
  box.classList.toggle("verdict--low", shown.sign !== "good");
  box.querySelector(".verdict__tape").hidden = shown.sign !== "alert";
  box.querySelector("[data-sign]").setAttribute("d", SIGNS[shown.sign]);
  list(box.querySelector("[data-plate]"), draft.plate ? [plate(draft.plate, draft.region)] : []);
  list(screen.querySelector("[data-alerts]"), shown.alerts.map(({ kind, text }) => stamp("alert", { kind: named(kind), text })));
  const because = screen.querySelector("[data-because]");
  because.className = shown.sign === "good" ? "stack" : "why";
  list(because, shown.because.map((text) => stamp("reason", { text })));
  screen.querySelector("[data-near]").hidden = !shown.near_misses.length;
  list(screen.querySelector("[data-near-list]"), shown.near_misses.map((miss) => stamp("reason", { text: `${miss.plate} has a right in ${miss.zone}; ${miss.why}.` })));
  screen.querySelector("[data-chalk]").hidden = !shown.may_chalk;
  drawCite(screen, draft);
}

const named = (kind) => kind[0].toUpperCase() + kind.slice(1).replaceAll("_", " ");

export async function drawPhotos(app, draft) {
  const box = app.querySelector("[data-photos]");
  box.querySelectorAll("img").forEach(({ src }) => URL.revokeObjectURL(src));
  list(box, (await photos.photos(draft.id)).map(({ bytes, type }, place) => {
    const figure = stamp("photo", { told: `${Math.ceil(bytes.byteLength / 1024)} kB` });
    Object.assign(figure.querySelector("img"), { src: URL.createObjectURL(new Blob([bytes], { type })), alt: `Photo ${place + 1}` });
    return figure;
  }));
}
