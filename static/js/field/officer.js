// Who is signed in, as far as the phone knows: asked while there is a line, remembered where there is none.
import { compare } from "./clock.js";
import { get, put } from "./db.js";
import { ask } from "./net.js";
import { forget as forgetCopy } from "./copy.js";

// The officer of whom the phone heard last, or undefined.
export const known = () => get("meta", "officer");

// Asks the office. Somebody new on this phone begins without the copy of who had it before.
export async function asked() {
  const told = await (await ask("/field/offline/me/", { wait: 8_000 })).json();
  await compare(told.now);
  const before = await known();
  if (before && before.officer !== told.officer) await forgetCopy();
  await put("meta", told, "officer");
  return told;
}

// What is left on the phone when somebody signs out: only what was not sent, which is theirs.
export async function forget() {
  await forgetCopy();
  await put("meta", undefined, "officer");
  for (const name of await caches.keys()) if (name.startsWith("parkops-field")) await caches.delete(name);
}
