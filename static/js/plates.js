// What the plate elements know of plates; parkops.kernel.plates has the last word on the server.
const DOUBTFUL = { O: "0", I: "1" };

export function tidy(typed) {
  return typed.toUpperCase().replace(/[^\p{L}\p{N} -]/gu, "");
}

// The plate with its look-alikes the other way, where letters and digits stand mixed; or nothing.
export function doubt(plate) {
  const key = plate.replace(/[^\p{L}\p{N}]/gu, "");
  const amongDigits = /\d[OI]|[OI]\d/.test(key);
  return amongDigits ? plate.replace(/[OI]/g, (letter) => DOUBTFUL[letter]) : "";
}
