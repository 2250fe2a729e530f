// What the elder sees. Never a category, an ID number, or a word that she has too little money:
// each kind of the display events has its own calm picture (domain.md §2, Dignity).
import { el, icon, money, phrases, ticket } from "./dom.js";

const MEALS = ["breakfast", "lunch", "dinner"];
const mealWord = (t, code) => t(MEALS.includes(code) ? `m_${code}` : "m_other");

function head(t, { name, word, picture, calm }) {
  const long = name && Array.from(name).length > 6 ? " elder__name--long" : "";
  const mark = el("em", { class: calm ? "calm" : null }, icon(picture), word);
  return el("h1", { class: `elder__name${long}` }, name ? el("span", null, name) : el("span", null, ""), mark);
}

function balance(t, event, settings) {
  const shown = settings.show_balance !== false && event.balance_fen !== null && event.balance_fen !== undefined;
  const low = event.kind === "low";
  const parts = [];
  if (shown) parts.push(el("span", null, t(event.about ? "d_about" : "d_left")), money(event.balance_fen));
  if (low) {
    const n = event.meals_left || 0;
    const count = t.has(`n_${n}`) ? t(`n_${n}`) : String(n);
    parts.push(el("em", null, icon("warn"), n > 0 ? t("d_low", { n: count }) : t("d_low_0")));
  } else if (event.about) parts.push(el("em", null, t("d_offline")));
  return el("p", { class: `elder__bal${low ? " elder__bal--low" : ""}` }, ...parts);
}

function taken(t, event, settings) {
  const gov = settings.show_government !== false && event.government_fen !== null && event.government_fen !== undefined ? { label: t("d_gov"), fen: event.government_fen } : null;
  return [
    head(t, { name: event.name_public, word: t("d_done"), picture: "ok" }),
    ticket({ label: t("d_you"), fen: event.elder_fen }, gov, "ticket--elder"),
    balance(t, event, settings),
  ];
}

function returned(t, event, settings) {
  return [
    head(t, { name: event.name_public, word: t("d_void"), picture: "undo" }),
    ticket({ label: t("d_returned"), fen: event.returned_fen }, null, "ticket--elder"),
    balance(t, event, settings),
  ];
}

const sentence = (css, text) => el("p", { class: css }, ...phrases(text));

function waiting(t, event) {
  return [
    head(t, { name: event.name_public || t("d_wait"), word: event.name_public ? t("d_wait") : "", picture: "info", calm: true }),
    sentence("elder__say", t("d_wait_do")),
    el("p", { class: "elder__do" }, ""),
  ];
}

function lost(t) {
  return [head(t, { name: t("d_wait"), word: t("d_old"), picture: "info", calm: true }), sentence("elder__say", t("d_lost_say")), sentence("elder__do", t("d_lost_do"))];
}

function duplicate(t, event, clock) {
  const meal = mealWord(t, event.mealtime);
  const [h, m] = event.first_at ? clock.hhmm(event.first_at).split(":") : [];
  const say = event.first_at ? t(event.is_carried ? "d_dup_carried" : "d_dup", { meal, time: t("d_time", { h: parseInt(h, 10), m }) }) : t("d_dup_no_time", { meal });
  return [head(t, { name: event.name_public, word: t("d_free"), picture: "info", calm: true }), sentence("elder__say", say), sentence("elder__do", t("d_dup_do"))];
}

// The contents of the live region for one event.
export function drawResult(t, clock, event, settings) {
  const makers = { accepted: taken, low: taken, offline: taken, void: returned, wait: waiting, lost, duplicate: (words, e) => duplicate(words, e, clock) };
  const make = makers[event.kind] || waiting;
  return el("div", { class: "elder__res" }, ...make(t, event, settings));
}

export function drawIdle(t, state) {
  const dishes = state.dishes || [];
  const meal = state.mealtime ? mealWord(t, state.mealtime.code) : "";
  return [
    el("h1", { class: "elder__hello" }, t("d_hello"), " ", icon("tap")),
    dishes.length && meal
      ? el("section", { class: "elder__menu", "aria-labelledby": "menu-h" }, el("h2", { id: "menu-h" }, t("d_today", { meal })), el("ul", null, ...dishes.slice(0, 6).map((dish) => el("li", null, t.pick(dish)))))
      : null,
  ];
}

// The green band: the diner before, in smaller type, for a slow reader's second look.
export function drawPrevious(t, previous, settings) {
  if (!previous || settings.show_previous === false || !previous.name_public) return [el("p", { class: "elder__prev" }, t("d_slogan"))];
  const parts = [el("b", null, t("d_prev")), " ", previous.name_public, " ", el("span", null, t("d_paid"), " ", money(previous.elder_fen))];
  if (settings.show_balance !== false && previous.balance_fen !== null && previous.balance_fen !== undefined) parts.push(" ", el("span", null, t("d_has"), " ", money(previous.balance_fen)));
  return [el("p", { class: "elder__prev" }, ...parts)];
}
