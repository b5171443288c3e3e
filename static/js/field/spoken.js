// What was said for a plate, as letters and digits: "bravo", "B" and "bee" are a B.
const WORDS = {
  alpha: "A", alfa: "A", bravo: "B", charlie: "C", delta: "D", echo: "E", foxtrot: "F", golf: "G", hotel: "H", india: "I", juliet: "J", juliett: "J",
  kilo: "K", lima: "L", mike: "M", november: "N", oscar: "O", papa: "P", quebec: "Q", romeo: "R", sierra: "S", tango: "T", uniform: "U", victor: "V",
  whiskey: "W", whisky: "W", xray: "X", yankee: "Y", zulu: "Z", adam: "A", boy: "B", david: "D", edward: "E", frank: "F", george: "G", henry: "H",
  ida: "I", john: "J", king: "K", lincoln: "L", mary: "M", nora: "N", ocean: "O", paul: "P", queen: "Q", robert: "R", sam: "S", tom: "T", union: "U",
  william: "W", young: "Y", zebra: "Z", bee: "B", see: "C", sea: "C", dee: "D", gee: "G", jay: "J", kay: "K", pea: "P", cue: "Q", are: "R", tea: "T", you: "U", why: "Y",
  zero: "0", oh: "O", one: "1", two: "2", to: "2", too: "2", three: "3", four: "4", for: "4", five: "5", six: "6", seven: "7", eight: "8", ate: "8", nine: "9", niner: "9",
};

export function plateSpoken(text) {
  const words = text.toLowerCase().replace(/x-ray/g, "xray").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  return words.map((word) => WORDS[word] ?? word.toUpperCase()).join("");
}
