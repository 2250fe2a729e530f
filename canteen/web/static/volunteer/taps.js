// What she taps: reports, which stop is next, a door that stays shut, signing out.
import { draw, part, view, waitingWords } from "./draw.js";
import { dropRound, kept, waiting } from "./kept.js";
import { report, send } from "./sending.js";

const main = document.querySelector("main");

function say(text) {
  part("said").textContent = text;
}

function toTop(selector) {
  const found = main.querySelector(selector) ?? main;
  found.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

const toDoor = () => toTop(view.away ? "#aw" : "#s-now");

function onSubmit(event) {
  const form = event.target;
  if (!form.action.endsWith("/volunteer/reports") || !kept.run) return;
  event.preventDefault();
  const { csrf, id, ...fields } = Object.fromEntries(new FormData(form, event.submitter));
  if (fields.dishes_back) fields.dishes_back = Number(fields.dishes_back);
  const where = form.closest("[data-uid]")?.querySelector("h2, b")?.textContent.trim() ?? "";
  const spoken = kept.run.words[fields.kind];
  if (fields.kind !== "step") view.away = view.picked = null;
  if (fields.kind === "undo") view.picked = fields.uid;
  else if (fields.result === "answered") view.away = null;
  report(fields);
  if (spoken) say(`${where} ${spoken}`);
  toDoor();
}

function onClick(event) {
  const link = event.target.closest("a[data-pick], a[data-away], a[data-back], button[data-leave]");
  if (!link || !kept.run) return;
  if ("leave" in link.dataset) return leave(event);
  event.preventDefault();
  view.picked = link.closest("[data-uid]").dataset.uid;
  view.away = "away" in link.dataset ? view.picked : null;
  draw();
  toDoor();
}

// Signing out forgets everything, so what waits is sent first; without a signal she is told to wait.
function leave(event) {
  if (!waiting().length) return dropRound();
  event.preventDefault();
  view.told = [{ words: waitingWords() }];
  draw();
  toTop(".note");
  send();
}

export function listen() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", onClick);
}
