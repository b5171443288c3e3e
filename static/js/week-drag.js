// Dragging over the rows of a week: tells the days and hours, and shows them as a band.
export const DAY = 1440;
export const STEP = 15;
export const held = (minute) => Math.min(DAY, Math.max(0, minute));

// The minute under the pointer, in quarters of an hour.
function minute(table, event) {
  const left = table.querySelector("tr[data-day] td").getBoundingClientRect().left;
  const { right } = table.getBoundingClientRect();
  return held(Math.round(((event.clientX - left) / (right - left)) * DAY / STEP) * STEP);
}

function mark(table, { days, start, end }) {
  table.querySelectorAll(".week__band").forEach((band) => band.remove());
  const whole = table.getBoundingClientRect();
  for (const day of days) {
    const cell = table.querySelector(`tr[data-day="${day}"]`).cells[1];
    const first = cell.getBoundingClientRect();
    const width = whole.right - first.left;
    const band = document.createElement("div");
    band.className = "week__band";
    Object.assign(band.style, {
      top: `${first.top - whole.top}px`,
      height: `${first.height}px`,
      left: `${first.left - whole.left + (start / DAY) * width}px`,
      width: `${((end - start) / DAY) * width}px`,
    });
    cell.append(band);
  }
}

export function dragging(table, { begun, moved, ended }) {
  table.addEventListener("pointerdown", (event) => {
    const row = event.target.closest("tr[data-day]");
    if (!row || event.button || event.pointerType === "touch") return;
    const from = { minute: minute(table, event), day: Number(row.dataset.day) };
    let span = null;
    begun();
    const move = (now) => {
      const under = document.elementFromPoint(now.clientX, now.clientY)?.closest("tr[data-day]");
      const [first, last] = [from.day, Number(under?.dataset.day ?? from.day)].sort();
      const [start, end] = [from.minute, minute(table, now)].sort((a, b) => a - b);
      if (start === end) return;
      span = { days: Array.from({ length: last - first + 1 }, (_, n) => first + n), start, end };
      moved(span);
      mark(table, span);
    };
    const stop = () => {
      window.removeEventListener("pointermove", move);
      if (span) ended();
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", stop, { once: true });
  });
}
