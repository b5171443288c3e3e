// A chalk mark: where the valves of two wheels stand, and on which block face.

// Reads the mark, and leaves the valves empty for the next vehicle; the block face stays.
export function mark(app) {
  const [front, rear, face] = ["front", "rear", "block_face"].map((name) => app.querySelector(`[data-chalk] [name=${name}]`));
  const valve = front.value || rear.value ? `${front.value}/${rear.value}` : "";
  front.value = rear.value = "";
  return { valve, block_face: face.value.trim() };
}
