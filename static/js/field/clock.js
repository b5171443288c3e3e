// Times as the phone knows them, and how they are said. `off` is how far its clock is from the office's.
import { get, put } from "./db.js";

// One opening of the page; its monotonic clock counts from here and nobody can set it.
export const PAGE = crypto.randomUUID();
const HOUR = 3_600_000;
let off = 0;

export const now = () => Date.now() + off;
export const stamp = () => ({ at: new Date().toISOString(), page: PAGE, elapsed: performance.now() });
// How long ago something was written down, if that was since the page was opened.
export const age = ({ page, elapsed }) => (page === PAGE ? Math.round(performance.now() - elapsed) : null);

export async function remember() {
  off = (await get("meta", "off")) ?? 0;
}

export async function compare(officeTime) {
  off = Date.parse(officeTime) - Date.now();
  await put("meta", off, "off");
}

export const time = (at) => new Date(at).toLocaleTimeString("en-US", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export const day = (on) => new Date(`${on.slice(0, 10)}T12:00`).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });

export function ago(at) {
  const minutes = Math.max(0, Math.round((now() - Date.parse(at)) / 60_000));
  if (minutes < 1) return "less than a minute";
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes * 60_000 / HOUR)} h`;
}
