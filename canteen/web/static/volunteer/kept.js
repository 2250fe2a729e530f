// What the volunteer's phone keeps: her round for its day, so that a closed tab loses nothing, and what she
// tapped, until the service has it. When her link or its day has ended only the latter is left: it names
// nobody, and waits for her next link or PIN. Every time is the service's, as far as its clock was seen.

const KEY = "canteen.volunteer";
export const CACHE = "canteen.volunteer";
/** After so long the service takes a report no more. */
const WAIT_AT_MOST_MS = 31 * 86_400_000;

/** `run` and its `csrf`; `offset` of this phone's clock, measured when the service was `seen`; `queue`. */
export let kept = read();

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function keep(changed) {
  kept = { ...kept, queue: queue(), ...changed };
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // a phone that keeps nothing: what is tapped lives as long as the tab
  }
}

const local = at => new Date(at + 8 * 3_600_000).toISOString();
export const clockText = at => local(at).slice(11, 16);
/** A clock that was set back since the service was seen says that time once more. */
const now = () => Math.max(Date.now() + (kept.offset ?? 0), kept.seen ?? 0);
export const isOver = () => kept.run && local(now()).slice(0, 10) !== kept.run.day;

/** Of whoever tapped on this phone, in another tab of it, too. */
const queue = () => read().queue ?? kept.queue ?? [];
/** What she tapped and the service does not have, in order. */
export const waiting = () => queue().filter(one => one.number === kept.run?.number);
export const isAnythingUnsent = () => queue().length > 0;
export const ageMs = one => Math.max(now() - one.at, 0);

export function keepRound(run, csrf, seen) {
  keep({ run, csrf, seen, offset: seen - Date.now() });
  keep({ queue: queue().filter(one => ageMs(one) < WAIT_AT_MOST_MS) });
}

export function keepReport(fields) {
  const id = crypto.randomUUID?.() ?? uuid();
  const made = { id, number: kept.run.number, at: now(), ...fields };
  keep({ queue: [...queue(), made] });
}

export function dropReports(ids) {
  keep({ queue: queue().filter(one => !ids.has(one.id)) });
}

/** The round is no longer hers to see. */
export function dropRound() {
  const unsent = queue().map(({ receiver, ...one }) => one);
  kept = {};
  globalThis.caches?.delete(CACHE);
  try {
    localStorage.removeItem(KEY);
  } catch {
    // nothing was kept
  }
  if (unsent.length) keep({ queue: unsent });
}

function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
