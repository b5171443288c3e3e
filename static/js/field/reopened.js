// A citation that the office did not take is opened again, with everything that was written.
import { ofCopy, ofNoPlate } from "./answer.js";
import * as queue from "./queue.js";
import { state, zoneNow } from "./state.js";

// Returns why it cannot be opened now, or nothing once the draft is there.
export async function again(row, words) {
  const begun = await queue.draft();
  if (begun?.touched) return `You are writing about ${begun.plate || "another car"}. Write or leave that first.`;
  const zone = state.copy?.zones.find(({ code }) => code === row.data.zone) ?? zoneNow();
  if (!zone) return "Choose a zone first.";
  const { data, result } = row;
  const found = data.without_plate ? ofNoPlate(zone) : await ofCopy(data.plate, data.region, words, zone);
  const because = ["The office did not take it.", result?.reason, ...(result?.questions ?? []).map(({ message }) => message)];
  const shown = { ...found, sign: "bad", word: "Put it right", sub: "", because: because.filter(Boolean), verdict: row.told, may_chalk: false };
  await queue.reopen(row, { shown, zone: zone.code });
  return "";
}
