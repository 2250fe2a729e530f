// The page as this phone keeps it: the door to go to, those to come, what is done with; or that it is over.
import { dropRound, isAnythingUnsent, kept, waiting } from "./kept.js";
import { currentRound, isCarried, isOpen, withWaiting } from "./round.js";

const main = document.querySelector("main");
export const part = (name, root = document) => root.querySelector(`[data-part="${name}"]`);
const copy = name => part(name).content.firstElementChild.cloneNode(true);
const asked = new URLSearchParams(location.search); // she tapped before this script was there

export const view = {
  picked: asked.get("stop"), // the stop she chose to go to next
  away: asked.has("away") ? asked.get("stop") : null, // the stop before whose closed door she stands
  told: [], // what a report was answered other than "taken"
};

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

export function draw() {
  if (!kept.run) return;
  const run = withWaiting(kept.run, waiting());
  const all = JSON.stringify([run, waiting().length, view]);
  if (all === drawn) return;
  drawn = all;
  frame(true);
  const round = currentRound(run);
  drawHead(run, round);
  const open = round ? round.stops.filter(isOpen) : [];
  const onWay = open.filter(stop => stop.state === "out");
  const now = onWay.find(stop => stop.uid === view.picked) ?? onWay[0];
  if (!now || now.uid !== view.away) view.away = null;
  const rows = [];
  for (const one of view.told) {
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
  const foot = document.querySelector('[data-fill="waiting"]');
  foot.dataset.plain ??= foot.textContent;
  foot.textContent = waiting().length ? waitingWords() : foot.dataset.plain;
}

export const waitingWords = () => kept.run.words.waiting.replace("{n}", waiting().length);

function drawNow(stop) {
  const told = JSON.stringify([stop, view.away]);
  if (card?.told !== told) card = { told, node: drawStop(view.away ? "away" : "now", stop) };
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

// ------------------------------------------------------------------------ when it is over for her

export function over() {
  dropRound();
  drawn = "";
  frame(false);
  main.replaceChildren(copy(isAnythingUnsent() ? "unsent" : "over"));
}

function frame(isShown) {
  for (const one of document.querySelectorAll("header, footer")) one.hidden = !isShown;
}
