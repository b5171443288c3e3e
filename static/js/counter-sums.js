// What the counter adds up while money is counted, in minor units. The server works it out anew.

// The amount that somebody types; null while nothing is typed, or a comma stands where it could be a point.
export function minorOf(text, decimals) {
  if (/,(?!\d{3}(\D|$))/.test(text)) return null;
  const bare = text.replace(/[^0-9.]/g, "");
  return bare ? Math.round(Number(bare) * 10 ** decimals) : null;
}

// The next amount above `minor` that whole notes make, so that a key climbs through 266, 270, 280, 300.
export function nextNote(minor, notes, unit) {
  const next = notes.filter((note) => note >= unit).map((note) => Math.ceil(minor / note) * note);
  return Math.min(...next.filter((one) => one > minor), Math.ceil((minor + 1) / notes[0]) * notes[0]);
}

// The fewest notes and coins that make `minor`, in words: "1 × $20, 2 × $0.25".
export function inPieces(minor, notes, name) {
  const found = [];
  for (const note of notes) {
    const count = Math.floor(minor / note);
    minor -= count * note;
    if (count) found.push(`${count} × ${name(note)}`);
  }
  return found.join(", ");
}

// Writes into the [data-…] parts of a counter what is to pay, what is taken, and what goes back.
export function tell(host, { owed, typed, isCash }) {
  const { currency, locale, decimals } = host.dataset;
  const unit = 10 ** decimals, given = typed ?? owed, over = given - owed;
  const money = (minor, style = {}) => new Intl.NumberFormat(locale, { style: "currency", currency, ...style }).format(minor / unit);
  const name = (note) => money(note, note % unit ? {} : { minimumFractionDigits: 0 });
  const say = (part, words) => (host.querySelector(`[data-${part}]`).textContent = words);
  say("total", money(owed));
  say("take", `Take ${money(isCash ? Math.min(owed, given) : given)}`);
  say("change", money(Math.abs(over)));
  say("change-label", over < 0 ? "Still owed" : isCash ? "Change to give" : "Credit");
  say("pieces", isCash && over > 0 ? inPieces(over, host.notes, name) : "");
}
