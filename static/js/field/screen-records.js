// What was written on this phone: what waits, what was sent, what was not taken, what the office looks at.
import { time } from "./clock.js";
import { fill, list, plate, stamp } from "./dom.js";
import * as queue from "./queue.js";
import { NAMES, numberOf, stateOf, vehicleOf, whyNot } from "./record.js";
import { state } from "./state.js";

export async function show(app) {
  const rows = (await queue.records()).filter(({ officer }) => officer === state.me?.officer);
  const inState = (...names) => rows.filter((row) => names.includes(row.state)).map(line);
  fill(app.querySelector('[data-screen="queue"]'), { waiting: state.left ? `${state.left} not yet sent` : "All sent" });
  list(app.querySelector("[data-queue]"), inState("waiting"));
  const problems = inState("problem");
  app.querySelector("[data-problems-part]").hidden = !problems.length;
  list(app.querySelector("[data-problems]"), problems);
  list(app.querySelector("[data-done]"), inState("sent", "replaced").reverse().slice(0, 100));
  const conflicts = state.me?.conflicts ?? [];
  app.querySelector("[data-conflicts-part]").hidden = !conflicts.length;
  list(app.querySelector("[data-conflicts]"), conflicts.map(conflict));
}

export const enter = show;

function line(row) {
  const { data, kind, id, at } = row;
  const photos = data.photos?.length ? `, ${data.photos.length} photo${data.photos.length > 1 ? "s" : ""}` : "";
  const said = kind === "void" || kind === "note" ? `“${data.reason ?? data.text}”` : "";
  const told = [`${time(at)}${photos}.`, `${stateOf(row)[0]}.`, vehicleOf(data), said, whyNot(row)].filter(Boolean).join(" ");
  const item = stamp("row", { title: `${NAMES[kind]} ${numberOf(row)}`.trim(), told });
  item.querySelector("a").href = `#record/${kind === "void" || kind === "note" ? data.citation : id}`;
  if (data.plate) item.prepend(plate(data.plate, data.region, { small: true }));
  return item;
}

function conflict({ number, client_id, plate: text, region, because, decided, reason }) {
  const item = stamp("row", { title: number, told: `${because} ${decided ? `${decided}. ${reason}` : "A reviewer decides."}` });
  item.querySelector("a").href = client_id ? `#record/${client_id}` : `/field/citations/${number}/`;
  if (text) item.prepend(plate(text, region, { small: true }));
  return item;
}
