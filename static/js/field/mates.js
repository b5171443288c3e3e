// What the copy knows of a plate, and where the vehicles were that share a permit with it.
const PERMIT = 7;
const LATELY = 4 * 3600;

export const permitsOf = (rights) => [...new Set(rights.map((right) => right[PERMIT]).filter(Boolean))];

// `held` gives { rights, alerts } of a name; `seen` are [name, second, plate] by permit, `marks` chalk marks by name.
export async function knownOf(name, held, { seen, marks }) {
  const own = await held(name);
  const mates = {};
  for (const permit of permitsOf(own.rights)) {
    mates[permit] = await Promise.all((seen?.[permit] ?? []).map(async ([other, at, plate]) => ({
      name: other, at, plate, spans: (await held(other)).rights.filter((right) => right[PERMIT] === permit),
    })));
  }
  return { ...own, name, mates, marks: marks?.[name] ?? [] };
}

// The permit's other vehicles that were seen on its site in the last hours, before this one was.
export function before(right, { name, mates }, second) {
  const lately = (mates[right[PERMIT]] ?? []).filter(({ at }) => second - LATELY < at && at <= second).sort((a, b) => a.at - b.at);
  const first = new Map();
  for (const sight of lately) {
    const counts = sight.name === name || sight.spans.some(([, from, to]) => from <= second && second < to);
    if (counts && !first.has(sight.name)) first.set(sight.name, sight);
  }
  const own = first.get(name);
  first.delete(name);
  return [...first.values()].filter(({ at }) => !own || at < own.at);
}
