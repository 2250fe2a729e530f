// The board of deliveries: arrows walk its cards, and what others change is drawn in while it stands
// open. Picks, the chosen volunteer and the focus outlive a redraw. Without it the board is a plain form.

const EVERY_MS = 4_000;

const board = () => document.getElementById("board");
/** What a card is entered by: its box, or the link that opens it. */
const entry = (card) => card.querySelector("input[name=pick], .dcard__n a");
const cardsOf = (lane) => [...lane.querySelectorAll(".dcard")];
const filledLanes = () => [...board().querySelectorAll(".lane")].filter((lane) => cardsOf(lane).length);

function walk(key) {
  const lanes = filledLanes();
  if (!lanes.length) return false;
  const here = document.activeElement.closest(".dcard");
  if (!here) {
    if (document.activeElement !== document.body) return false;
    entry(cardsOf(lanes[0])[0]).focus();
    return true;
  }
  const lane = here.closest(".lane");
  const cards = cardsOf(lane);
  const turn = cards.indexOf(here);
  const step = { ArrowUp: -1, ArrowDown: 1 }[key];
  const next = step
    ? cards[turn + step]
    : nearest(lanes[lanes.indexOf(lane) + (key === "ArrowLeft" ? -1 : 1)], turn);
  if (next) entry(next).focus();
  return true;
}

function nearest(lane, turn) {
  if (!lane) return null;
  const cards = cardsOf(lane);
  return cards[Math.min(turn, cards.length - 1)];
}

function count() {
  const words = board().querySelector("[data-picked]");
  if (!words) return;
  const picked = board().querySelectorAll("input[name=pick]:checked").length;
  words.textContent = words.dataset.picked.replace("{n}", picked);
}

/** What a person has chosen and where she is, to be put back after a redraw. */
function remember() {
  const here = document.activeElement;
  return {
    picks: new Set([...board().querySelectorAll("input[type=checkbox]:checked")].map((box) => box.id)),
    volunteer: board().querySelector("select[name=volunteer]")?.value,
    focus: here.id,
    uid: here.closest(".dcard")?.dataset.uid,
  };
}

function restore({ picks, volunteer, focus, uid }) {
  for (const id of picks) {
    const box = document.getElementById(id);
    if (box) box.checked = true;
  }
  const select = board().querySelector("select[name=volunteer]");
  if (select && [...select.options].some((option) => option.value === volunteer)) {
    select.value = volunteer;
  }
  const card = uid && board().querySelector(`.dcard[data-uid="${CSS.escape(uid)}"]`);
  const target = document.getElementById(focus) ?? (card && entry(card));
  target?.focus({ preventScroll: true });
  count();
}

/** How many are still to arrive, in words; said aloud only when it is another number. */
const figure = () => board().querySelector("h1").innerText.trim();

async function look() {
  const shown = board();
  // A list that is open would close under the hand that chooses.
  if (document.hidden || document.activeElement.matches("select, input[type=text]")) return;
  try {
    const checked = await fetch(shown.dataset.check, { cache: "no-cache" });
    if (!checked.ok || (await checked.json()).version === shown.dataset.version) return;
    const answer = await fetch(shown.dataset.live);
    if (!answer.ok || answer.redirected) return;
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = drawn.getElementById("board");
    if (!fresh) return;
    const [kept, was] = [remember(), figure()];
    board().replaceWith(fresh);
    restore(kept);
    if (figure() !== was) document.getElementById("board-told").textContent = figure();
  } catch {
    // Out of reach for now: what stands on the page stays, and is looked at again.
  }
}

document.addEventListener("keydown", (event) => {
  if (!event.code.startsWith("Arrow") || event.altKey || event.ctrlKey || event.metaKey) return;
  if (walk(event.code)) event.preventDefault();
});
document.addEventListener("change", count);
document.addEventListener("reset", () => setTimeout(count));
document.addEventListener("visibilitychange", look);
setInterval(look, EVERY_MS);
count();
