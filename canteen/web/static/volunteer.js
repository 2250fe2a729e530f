// The volunteer's phone: her round goes on without a signal.
//
// What she taps is kept in this phone first, shown at once, and sent in order when there is a signal,
// each with the id it was given at the tap: the service applies it once, however often it arrives. The
// round itself is kept for the day, so that a closed tab loses nothing; after the day, or after signing
// out, nothing is kept.

const KEY = "canteen.volunteer";
const RUN = "/api/v1/volunteer/run";
const REPORTS = "/api/v1/volunteer/reports";
const CACHE = "canteen.volunteer";
const EMPTY = ["/volunteer/empty", "/static/tokens.css", "/static/app.css", "/static/pages.js", "/static/volunteer.js"];
const AT_ONCE = 20;
const LOOK_AGAIN_MS = 30_000;
const TRY_AGAIN_MS = 5_000;
const HALF_DAY_MS = 43_200_000;
const FAILS = ["not_home", "refused", "spilt", "wrong_address", "other"];

const page = document.body.dataset.volunteer;
const main = document.querySelector("main");
const part = (name, root = document) => root.querySelector(`[data-part="${name}"]`);
const copy = name => part(name).content.firstElementChild.cloneNode(true);

// ---------------------------------------------------------------------- what this phone keeps

let kept = read();
const asked = new URLSearchParams(location.search); // she tapped before this script was there
let picked = asked.get("stop"); // the stop she chose to go to next
let away = asked.has("away") ? picked : null; // the stop before whose closed door she stands
let told = []; // what a report was answered other than "taken"
let etag = "";
let sending = false;
let trying = 0;

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // a phone that keeps nothing: what is tapped lives as long as the tab
  }
}

function forget() {
  kept = {};
  globalThis.caches?.delete(CACHE);
  try {
    localStorage.removeItem(KEY);
  } catch {
    // nothing was kept
  }
}

const queue = () => kept.queue ?? [];
const localDay = at => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10);
const clockText = at => new Date(at + 8 * 3_600_000).toISOString().slice(11, 16);
const serverNow = () => Date.now() + (kept.offset ?? 0);
const isOver = () => kept.run && localDay(serverNow()) !== kept.run.day;

// The round is no longer hers to see. What she tapped today waits for her next link; it names nobody.
function dropRound() {
  const { number, run, day = run?.day, queue: waiting = [] } = kept;
  forget();
  if (!waiting.length || day !== localDay(serverNow())) return;
  kept = { number, day, queue: waiting.map(({ receiver, ...one }) => one) };
  keep();
}

function over() {
  dropRound();
  for (const emptied of document.querySelectorAll("header, footer, template:not([data-part=over])"))
    emptied.hidden = true;
  main.replaceChildren(copy("over"));
}

// --------------------------------------------------------------- reports, kept and sent in order

function report(fields) {
  const made = {
    id: crypto.randomUUID?.() ?? uuid(),
    at: Date.now(),
    mono: performance.now(),
    origin: performance.timeOrigin,
    ...fields,
  };
  kept = { ...read(), ...kept, queue: [...(read().queue ?? queue()), made] };
  told = [];
  keep();
  draw();
  send();
}

function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

// How long ago it was tapped. A phone's clock may be wrong and may be put right in between; the time
// since the page opened cannot, but stands still while the phone sleeps and begins anew with the page.
function ageMs(one) {
  const wall = Date.now() - one.at;
  const mono = one.origin === performance.timeOrigin ? performance.now() - one.mono : 0;
  return Math.round(wall > mono && wall < HALF_DAY_MS ? wall : mono);
}

function body(one) {
  const { at, mono, origin, ...fields } = one;
  return { ...fields, age_ms: ageMs(one) };
}

async function send() {
  if (sending) return;
  sending = true;
  let many = AT_ONCE;
  try {
    while (queue().length && kept.csrf) {
      const some = queue().slice(0, many);
      const answer = await fetch(REPORTS, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": kept.csrf },
        body: JSON.stringify({ reports: some.map(body) }),
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
      const done = new Set(results.map(one => one.id));
      told.push(...results.filter(one => one.words));
      kept.queue = (read().queue ?? queue()).filter(one => !done.has(one.id));
      keep();
      await look();
    }
  } catch {
    // no signal: it waits
  } finally {
    sending = false;
    draw();
    clearTimeout(trying);
    if (queue().length) trying = setTimeout(begin, TRY_AGAIN_MS);
  }
}

async function look() {
  if (page !== "day") return;
  if (isOver()) return over();
  try {
    const answer = await fetch(RUN, {
      headers: etag ? { "If-None-Match": etag } : {},
      cache: "no-store",
    });
    if (answer.status === 403) return over();
    if (answer.status !== 200) return;
    etag = answer.headers.get("ETag") ?? "";
    const { csrf, now, ...run } = await answer.json();
    const before = read();
    const isHers = before.number === run.number && before.day === run.day;
    kept = {
      number: run.number,
      day: run.day,
      csrf,
      run,
      offset: Date.parse(now) - Date.now(),
      queue: isHers ? (before.queue ?? []) : [],
    };
    keep();
  } catch {
    // no signal: what is kept is shown
  }
  draw();
}

// --------------------------------------------------- the round as it is with what waits to be sent

function withWaiting(run) {
  const copied = structuredClone(run);
  for (const one of queue())
    for (const round of copied.rounds)
      for (const stop of round.stops) {
        if (stop.uid === one.uid) apply(stop, one, copied.words);
        if (round.uid === one.uid && stop.state === "assigned") stop.state = "out";
      }
  return copied;
}

function apply(stop, one, words) {
  const at = clockText(one.at + (kept.offset ?? 0));
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

const isOpen = stop => ["assigned", "out"].includes(stop.state);
const isCarried = stop => !["cancelled", "queued"].includes(stop.state);

function currentRound(run) {
  return run.rounds.find(round => round.stops.some(isOpen)) ?? run.rounds.at(-1);
}

// ------------------------------------------------------------------------------------ drawing

function fill(root, values) {
  for (const spot of root.querySelectorAll("[data-fill]")) {
    const value = values[spot.dataset.fill] ?? "";
    spot.textContent = value;
    const line = spot.closest("[data-line]");
    if (line) line.hidden = !value;
  }
  for (const input of root.querySelectorAll('input[name="uid"]')) input.value = values.uid;
}

function drawStop(name, stop) {
  const made = copy(name);
  made.dataset.uid = stop.uid;
  fill(made, stop);
  made.classList.toggle("stop--long", stop.door.length > 6);
  const call = made.querySelector("[data-call]");
  if (call) {
    call.hidden = !stop.calls.length;
    call.href = `tel:${stop.calls[0]?.tel ?? ""}`;
    if (call.ariaLabel) call.ariaLabel = `${call.ariaLabel.trim()} ${stop.name}`;
  }
  const ladder = part("calls", made);
  if (ladder) drawLadder(ladder, stop);
  return made;
}

function drawLadder(ladder, stop) {
  const taken = part("taken", ladder);
  const toMake = part("call", ladder);
  ladder.replaceChildren();
  for (const step of stop.steps) {
    const made = taken.cloneNode(true);
    fill(made, step);
    ladder.append(made);
  }
  const next = stop.calls.filter(call => stop.steps.every(step => step.step !== call.step));
  for (const call of next) {
    const made = toMake.cloneNode(true);
    fill(made, { ...call, uid: stop.uid });
    made.querySelector("a").href = `tel:${call.tel}`;
    if (call !== next[0]) made.querySelector("form").remove();
    else made.querySelector('[name="step"]').value = call.step;
    ladder.append(made);
  }
}

function drawDone(stop, canUndo) {
  const made = copy(stop.state === "delivered" ? "delivered" : "failed");
  made.dataset.uid = stop.uid;
  const { words, receiver, at } = stop.done;
  fill(made, {
    uid: stop.uid,
    where: `${stop.house} ${stop.door}`,
    name: stop.name,
    outcome: `${words} ${receiver}`,
    at,
  });
  if (!canUndo) made.querySelector("form").remove();
  return made;
}

function drawHead(run, round) {
  const carried = round ? round.stops.filter(isCarried) : [];
  const left = carried.filter(isOpen).length;
  const done = carried.length - left;
  const summary = round
    ? run.words.summary.replace("{title}", round.title).replace("{all}", carried.length).replace("{done}", done)
    : "";
  const head = document.querySelector("header.ptop");
  const bar = head.querySelector("progress");
  bar.max = carried.length || 1;
  bar.value = done;
  head.querySelector('[data-fill="who"]').textContent = run.words.who.replace("{name}", run.name);
  head.querySelector('[data-fill="left"]').textContent = left;
  head.querySelector('[data-fill="summary"]').textContent = [summary, round?.due].filter(Boolean).join("·");
}

let drawn = "";
let card = null; // the current stop as it is drawn, with what she has ticked on it

function draw() {
  if (page !== "day" || !kept.run) return;
  const run = withWaiting(kept.run);
  const all = JSON.stringify([run, queue().length, picked, away, told]);
  if (all === drawn) return;
  drawn = all;
  const round = currentRound(run);
  drawHead(run, round);
  const open = round ? round.stops.filter(isOpen) : [];
  const onWay = open.filter(stop => stop.state === "out");
  const now = onWay.find(stop => stop.uid === picked) ?? onWay[0];
  if (!now || now.uid !== away) away = null;
  const rows = [];
  for (const one of told) {
    const made = copy("note");
    made.querySelector("span").textContent = one.words;
    rows.push(made);
  }
  if (open.length > onWay.length) {
    const start = copy("start");
    fill(start, round);
    rows.push(start);
  }
  if (now) rows.push(drawNow(now));
  rows.push(...open.filter(stop => stop !== now).map(stop => drawStop("next", stop)));
  if (!round) rows.push(copy("none"));
  if (round?.stops.length && !open.length) rows.push(copy("finish"));
  rows.push(...drawFinished(run, round));
  const focused = document.activeElement;
  main.replaceChildren(...rows);
  if (main.contains(focused)) focused.focus({ preventScroll: true });
  const waiting = document.querySelector('[data-fill="waiting"]');
  waiting.dataset.plain ??= waiting.textContent;
  const many = queue().length;
  waiting.textContent = many ? run.words.waiting.replace("{n}", many) : waiting.dataset.plain;
}

function drawNow(stop) {
  const told = JSON.stringify([stop, away]);
  if (card?.told !== told) card = { told, node: drawStop(away ? "away" : "now", stop) };
  return card.node;
}

function drawFinished(run, round) {
  const closed = [...(round?.stops ?? []), ...run.elsewhere].filter(stop => !isOpen(stop) && stop.done);
  if (!closed.length) return [];
  closed.sort((one, other) => (one.done.at < other.done.at ? -1 : 1));
  const own = closed.filter(stop => stop.done.is_own && stop.state === "delivered");
  const made = copy("done");
  for (const stop of closed) {
    const canUndo = stop.done.is_own && (stop.state === "failed" || stop === own.at(-1));
    made.append(drawDone(stop, canUndo && stop.state !== "cancelled"));
  }
  return [made];
}

// -------------------------------------------------------------------------------- what she taps

function say(text) {
  part("said").textContent = text;
}

function toTop(selector) {
  const found = main.querySelector(selector) ?? main;
  found.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

document.addEventListener("submit", event => {
  const form = event.target;
  if (!form.action.endsWith("/volunteer/reports") || !kept.run) return;
  event.preventDefault();
  const { csrf, id, ...fields } = Object.fromEntries(new FormData(form, event.submitter));
  if (fields.dishes_back) fields.dishes_back = Number(fields.dishes_back);
  const where = form.closest("[data-uid]");
  if (fields.kind !== "step") away = picked = null;
  if (fields.kind === "undo") picked = fields.uid;
  else if (fields.result === "answered") away = null;
  report(fields);
  const spoken = kept.run.words[fields.kind];
  if (spoken) say(`${where?.querySelector("h2, b")?.textContent.trim() ?? ""} ${spoken}`);
  toTop(away ? "#aw" : "#s-now");
});

document.addEventListener("click", event => {
  const link = event.target.closest("a[data-pick], a[data-away], a[data-back], button[data-leave]");
  if (!link || !kept.run) return;
  if ("leave" in link.dataset) return leave(event);
  event.preventDefault();
  picked = link.closest("[data-uid]").dataset.uid;
  away = "away" in link.dataset ? picked : null;
  draw();
  toTop(away ? "#aw" : "#s-now");
});

// Signing out forgets everything, so what waits is sent first; without a signal she is told to wait.
function leave(event) {
  if (queue().length) {
    event.preventDefault();
    told = [{ words: kept.run.words.waiting.replace("{n}", queue().length) }];
    draw();
    toTop(".note");
    send();
  } else forget();
}

// ------------------------------------------------------------------------------------ beginning

// The page without her round is laid by for a tab that is opened without a signal; where the service
// comes over plain http the browser has no such place, and the tab must stay open.
async function layBy() {
  try {
    await navigator.serviceWorker.register("/volunteer/worker.js", { scope: "/volunteer" });
    await (await caches.open(CACHE)).addAll(EMPTY);
  } catch {
    // it works with the tab open
  }
}

async function begin() {
  await look();
  await send();
}

if (page === "day") {
  history.replaceState(null, "", location.pathname);
  begin().then(() => kept.run && layBy());
  window.addEventListener("online", begin);
  document.addEventListener("visibilitychange", () => document.hidden || begin());
  setInterval(begin, LOOK_AGAIN_MS);
} else {
  dropRound(); // where the PIN is typed nobody is in
}
