// Tells the office where the officer is, once a minute: on a shift, with their consent, while the app is seen.
import * as where from "./where.js";

const EVERY = 55_000;
let sent = 0;

export async function shine({ me, line }) {
  const here = where.fresh();
  if (!me?.shift || !me.shares || !here || line !== "on" || document.hidden || Date.now() - sent < EVERY) return;
  sent = Date.now();
  await fetch("/field/position/", { method: "POST", body: formOf(me, { lat: here.lat, lon: here.lon, accuracy: here.accuracy }), redirect: "manual" }).catch(() => {});
}

// Agrees that positions are sent, or takes that back; what was kept is erased then.
export const share = (me, agrees) => fetch("/field/position/sharing/", { method: "POST", body: formOf(me, { act: agrees ? "agree" : "take_back" }), redirect: "manual" });

const formOf = (me, values) => new URLSearchParams({ csrfmiddlewaretoken: me.csrf, ...values });
