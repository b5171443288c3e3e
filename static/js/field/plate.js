// A plate's key and its name in the copy; parkops.kernel.plates has the last word on the server.
const LONGEST = 12;
const PUNCTUATION = /[^\p{L}\p{Nd}]/gu;

// The key, or "" where there is none.
export function keyOf(typed) {
  const key = typed.normalize("NFKC").toUpperCase().normalize("NFKC").replace(PUNCTUATION, "");
  return [...key].length <= LONGEST ? key : "";
}

const region = (text) => (text ?? "").normalize("NFKC").toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");

export function regionsMatch(one, other) {
  const [a, b] = [region(one), region(other)];
  return !a || !b || a === b;
}

// The first 12 bytes of HMAC-SHA256 over the plate's key, in hexadecimals.
export async function digest(secret, key) {
  const bytes = Uint8Array.from(atob(secret), (letter) => letter.charCodeAt(0));
  const signing = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return hex(await crypto.subtle.sign("HMAC", signing, new TextEncoder().encode(key))).slice(0, 24);
}

export const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
