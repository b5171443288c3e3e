// A record in words: what it is, how far it came, and why it was not taken.
export const NAMES = { check: "Check", chalk: "Chalk mark", citation: "Citation", void: "Void", note: "Note" };
const STATES = { waiting: ["Waiting to be sent", "warn"], sent: ["Sent", "good"], held: ["Sent, the office decides", "warn"], problem: ["Not taken", "bad"], replaced: ["Written again", ""] };

export const stateOf = ({ state, result }) => STATES[result?.status === "held" && state === "sent" ? "held" : state];
export const numberOf = ({ result, data }) => result?.number ?? data.number ?? "";
export const vehicleOf = ({ vin, vehicle }) => [vehicle, vin && `VIN ${vin}`].filter(Boolean).join(", ");
export const codesOf = ({ violation, also }) => [violation, ...(also ?? [])].filter(Boolean).join(", ");

// In the office's words.
export const whyNot = ({ result }) => [result?.reason, ...(result?.questions ?? []).map(({ message }) => message)].filter(Boolean).join(" ");
