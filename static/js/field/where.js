// Where the phone is, if it may know: the last position of the last two minutes.
const FRESH = 120_000;
let last = null;
let watch = null;

export function begin() {
  watch ??= navigator.geolocation?.watchPosition(({ coords, timestamp }) => {
    last = { lat: Number(coords.latitude.toFixed(6)), lon: Number(coords.longitude.toFixed(6)), at: timestamp };
  }, () => {}, { enableHighAccuracy: true, maximumAge: 30_000 }) ?? null;
}

export const place = () => (last && Date.now() - last.at < FRESH ? { lat: last.lat, lon: last.lon } : {});
