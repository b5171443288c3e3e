// What a verdict sounds and feels like, where the phone can.
const PULSES = { good: [40], bad: [120, 60, 120], alert: [300, 100, 300, 100, 300] };

export function say(text) {
  if (!("speechSynthesis" in window)) return;
  speechSynthesis.cancel();
  speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(text), { lang: "en-US" }));
}

// A plate is said letter by letter.
export const spelled = (plate) => [...plate.replace(/\s/g, "")].join(" ");

export const feel = (sign) => navigator.vibrate?.(PULSES[sign] ?? PULSES.bad);
