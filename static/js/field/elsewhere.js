// Whether the officer stands where they said they work.
import { now } from "./clock.js";
import { deciding } from "./places.js";
import { state } from "./state.js";
import * as where from "./where.js";

// Says so where the phone is in another zone than the one that was chosen.
export function showPlace(app) {
  const here = where.fresh();
  const found = here && state.copy ? deciding(state.copy.zones, here, now() / 1000) : [];
  const isElsewhere = found.length && !found.some(({ code }) => code === state.zone);
  const told = app.querySelector("[data-elsewhere]");
  told.hidden = !isElsewhere;
  told.querySelector("b").textContent = found.map(({ code }) => code).join(" or ");
}
