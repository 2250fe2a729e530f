// The round as it is when what waits to be sent is counted in, and where she is on it.
import { clockText } from "./kept.js";

const FAILS = ["not_home", "refused", "spilt", "wrong_address", "other"];

export function withWaiting(run, waiting) {
  const copied = structuredClone(run);
  for (const one of waiting)
    for (const round of copied.rounds)
      for (const stop of round.stops) {
        if (stop.uid === one.uid) apply(stop, one, copied.words);
        if (round.uid === one.uid && stop.state === "assigned") stop.state = "out";
      }
  return copied;
}

function apply(stop, one, words) {
  const at = clockText(one.at);
  if (one.kind === "step") {
    const whom = stop.calls.find(call => call.step === one.step)?.whom ?? "";
    const text = (words[one.result] ?? "").replace("{whom}", whom);
    stop.steps.push({ step: one.step, result: one.result, words: text, at });
  } else if (one.kind === "undo") {
    stop.state = "out";
    stop.done = null;
  } else {
    const failed = FAILS.includes(one.kind);
    stop.state = failed ? "failed" : "delivered";
    stop.done = { words: failed ? words[one.kind] : "", at, is_own: true, receiver: one.receiver ?? "" };
  }
}

export const isOpen = stop => ["assigned", "out"].includes(stop.state);
export const isCarried = stop => !["cancelled", "queued"].includes(stop.state);

export function currentRound(run) {
  return run.rounds.find(round => round.stops.some(isOpen)) ?? run.rounds.at(-1);
}
