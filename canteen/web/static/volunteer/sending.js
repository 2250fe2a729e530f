// Between the phone and the service: what was tapped is sent in order, each with the id it was given at the
// tap, so that it is applied once, however often it arrives; and her round is looked at again.
import { draw, over, view } from "./draw.js";
import { ageMs, dropReports, isOver, keepReport, keepRound, kept, waiting } from "./kept.js";

const RUN = "/api/v1/volunteer/run";
const REPORTS = "/api/v1/volunteer/reports";
const AT_ONCE = 20;
const TRY_AGAIN_MS = 5_000;
const PATIENCE_MS = 20_000; // a line that neither answers nor breaks holds up nothing

let etag = "";
let sending = false;
let trying = 0;

export async function begin() {
  await look();
  await send();
}

export function report(fields) {
  keepReport(fields);
  view.told = [];
  draw();
  begin();
}

/** Where something waits the service's clock is read anew: the phone's may have been put right since. */
async function look() {
  if (isOver()) return over();
  try {
    const isKnown = kept.run && etag && !waiting().length;
    const answer = await fetch(RUN, {
      headers: isKnown ? { "If-None-Match": etag } : {},
      signal: AbortSignal.timeout(PATIENCE_MS),
      cache: "no-store",
    });
    if (answer.status === 403) return over();
    if (answer.status !== 200) return;
    etag = answer.headers.get("ETag") ?? "";
    const { csrf, now, ...run } = await answer.json();
    keepRound(run, csrf, Date.parse(now));
  } catch {
    // no signal: what is kept is shown
  }
  draw();
}

export async function send() {
  if (sending) return;
  sending = true;
  let many = AT_ONCE;
  try {
    while (waiting().length) {
      const some = waiting().slice(0, many);
      const answer = await fetch(REPORTS, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": kept.csrf },
        body: JSON.stringify({ reports: some.map(body) }),
        signal: AbortSignal.timeout(PATIENCE_MS),
        cache: "no-store",
      });
      if (answer.status === 403) await look(); // a newer link, or none any more
      const answered = await answer.json();
      if (answer.status === 422 && many > 1) {
        many = 1; // one of them cannot be read: it must hold up no other
        continue;
      }
      if (!answer.ok && answer.status !== 422) return;
      const results = answered.results ?? [{ id: some[0].id, words: answered.detail }];
      view.told.push(...results.filter(one => one.words));
      dropReports(new Set(results.map(one => one.id)));
      await look();
    }
  } catch {
    // no signal: it waits
  } finally {
    sending = false;
    draw();
    clearTimeout(trying);
    if (waiting().length) trying = setTimeout(begin, TRY_AGAIN_MS);
  }
}

function body(one) {
  const { at, number, ...fields } = one;
  return { ...fields, age_ms: ageMs(one) };
}
