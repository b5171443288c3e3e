// Where the phone is, if it may know: asked for on a touch only, then the last position of two minutes.
const FRESH = 120_000;
let last = null;
let watch = null;

function follow() {
  watch ??= navigator.geolocation?.watchPosition(keep, () => {}, { enableHighAccuracy: true, maximumAge: 30_000 }) ?? null;
}

function keep({ coords, timestamp }) {
  last = { lat: Number(coords.latitude.toFixed(6)), lon: Number(coords.longitude.toFixed(6)), accuracy: Math.round(coords.accuracy), at: timestamp };
  return last;
}

// Follows the phone where the officer agreed to it before; nobody is asked.
export async function begin() {
  const { state } = (await navigator.permissions?.query({ name: "geolocation" }).catch(() => null)) ?? {};
  if (state === "granted") follow();
}

// Asks the officer, then finds the phone; an error says what to do.
export async function find() {
  if (!navigator.geolocation) throw new Error("This phone cannot tell where it is. Choose the zone.");
  const found = await new Promise((done, failed) => navigator.geolocation.getCurrentPosition(done, failed, { enableHighAccuracy: true, timeout: 10_000, maximumAge: 15_000 })).catch(({ code }) => {
    throw new Error(code === 1 ? "The browser may not tell where you are. Allow it for this page, or choose the zone." : "This phone does not know where it is. Go outside, or choose the zone.");
  });
  follow();
  return keep(found);
}

export const fresh = () => (last && Date.now() - last.at < FRESH ? last : null);

export function place() {
  const { lat, lon } = fresh() ?? {};
  return lat === undefined ? {} : { lat, lon };
}
