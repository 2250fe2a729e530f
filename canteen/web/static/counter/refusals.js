// What stands on the left when something was not taken: why, what to say, and what each key does.
// Acts name a command of acts.js; the key beside each is the one that works while it is shown.
import { el, money } from "./dom.js";
import { yuan } from "./money.js";
import { mealName, whoOf } from "./panels.js";
import { timeOf } from "./recent.js";

const act = (key, command, title, small, lead = false) => ({ key, command, title, small, lead });
const ask = (text, label = null) => el("p", { class: "now__ask now__ask--mid" }, label ? el("b", null, label) : null, text);

function sum(parts) {
  return el(
    "dl",
    { class: "now__sum" },
    ...parts.map(({ label, value, sign, big, word }) =>
      el("div", { class: big ? `now__short${word ? " now__short--word" : ""}` : null }, el("dt", null, label), el("dd", null, sign ? el("i", { "aria-hidden": "true" }, sign) : null, value)),
    ),
  );
}

const nextPerson = (t) => act("Esc", "clear", t("a_next"), t("a_next_s"));
const byName = (t, lead = true) => act("F2", "find", t("a_find"), t("a_find_s"), lead);

function guestAct(desk) {
  const chosen = desk.chosen();
  return chosen ? [act("B", "guest", desk.t("a_guest", { fen: yuan(chosen.fen) }), desk.t("a_guest_s"))] : [];
}

function insufficient(desk, event) {
  const { t } = desk;
  const { short } = event;
  const small = short.balance_fen > 0 ? t("a_cash_s", { fen: yuan(short.balance_fen) }) : t("a_cash_s0");
  return {
    title: t("no_balance"),
    nodes: [
      whoOf(t, event),
      sum([
        { label: t("part"), value: money(short.elder_fen) },
        { label: t("on_card"), value: money(short.balance_fen), sign: "\u2212" },
        { label: t("short_by"), value: money(short.short_fen), sign: "=", big: true },
      ]),
    ],
    acts: [act("C", "cash", t("a_cash", { fen: yuan(short.short_fen) }), small, true), act("F8", "topUp", t("a_top_up"), t("a_top_up_s")), nextPerson(t)],
  };
}

function lost(desk, event) {
  const { t, clock } = desk;
  const facts = event.lost || {};
  const card = facts.new_card_printed;
  return {
    title: t("no_lost"),
    nodes: [
      whoOf(t, event, t("old_card")),
      el(
        "div",
        { class: "now__mid" },
        sum([
          { label: t("reported_on"), value: facts.reported_on ? clock.date(facts.reported_on) : t("not_said") },
          { label: t("reported_by"), value: facts.reported_by || t("not_said") },
          { label: t("new_card"), value: card || t("no_new_card"), big: true, word: !card },
        ]),
        card ? el("p", { class: "now__ask" }, el("b", null, t("ask")), t("ask_new")) : null,
      ),
    ],
    acts: [
      act("F2", "find", t("a_find_same"), card ? t("a_find_new", { card }) : t("a_find_purse"), true),
      act("K", "keep", t("a_keep"), t("a_keep_s")),
      nextPerson(t),
    ],
  };
}

const MEALTIMES = ["breakfast", "lunch", "dinner"];

function eatenMeal(desk, first) {
  const code = first.mealtime || (desk.state.mealtime || {}).code;
  return desk.t(MEALTIMES.includes(code) ? `c_${code}` : "m_other");
}

// What the first meal was: told by the service, or (a repeat at this counter) found in the list.
function firstOf(desk, event) {
  if (event.first) return event.first;
  const meal = event.elder ? desk.recent.lastMealOf(event.elder.number) : null;
  return meal ? { at: timeOf(meal), counter_name: desk.state.counter.name, elder_fen: meal.meal.elder_fen, meal_id: meal.meal.id } : null;
}

function firstSum(desk, first) {
  const { t, clock } = desk;
  const where = first.channel === "delivery" ? t("first_delivery") : first.own_canteen === false ? first.canteen_name : first.counter_name;
  return sum([
    { label: t("first_at"), value: where || t("not_said") },
    { label: t("first_paid"), value: first.elder_fen === undefined || first.elder_fen === null ? t("not_said") : money(first.elder_fen) },
    { label: t("first_time"), value: clock.hhmm(first.at), big: true },
  ]);
}

function eaten(desk, event) {
  const { t, clock } = desk;
  const first = firstOf(desk, event);
  const chosen = desk.chosen();
  const acts = [act("Esc", "clear", t("a_know"), t("a_know_s"), true)];
  if (chosen) acts.push(act("B", "second", t("a_second", { fen: yuan(chosen.fen) }), t("a_second_s")));
  if (event.first && first.own_canteen !== false && first.meal_id && first.channel !== "delivery") {
    acts.push(act("F4", "voidFirst", t("a_void_first", { time: clock.hhmm(first.at) }), t("a_void_first_s")));
  }
  return { title: t("no_eaten", { meal: eatenMeal(desk, first || {}) }), nodes: [whoOf(t, event), first ? firstSum(desk, first) : ask(t("a_know_s"))], acts };
}

// A second tap within seconds is no fault of anybody: told calmly, nothing to do.
const repeated = (desk, event) => ({ ...eaten(desk, event), tone: "info", icon: "info", title: desk.t("no_repeat") });

// A card without a holder: its printed number if the service knows one, or a word instead.
function bare(t, event, word, meta) {
  const printed = event.card && event.card.printed;
  return el("div", { class: "now__who" }, el("p", { class: "now__name now__name--no" }, printed || t(word)), el("p", { class: "now__meta" }, meta));
}

function unknown(desk, event) {
  const { t } = desk;
  return {
    title: t("no_unknown"),
    nodes: [bare(t, event, "unknown_big", t("not_listed")), ask(t("often_say"), t("often"))],
    acts: [byName(t), act("N", "assign", t("a_assign"), t("a_assign_s")), ...guestAct(desk), nextPerson(t)],
  };
}

function unassigned(desk, event) {
  const { t } = desk;
  return {
    title: t("no_unassigned"),
    nodes: [bare(t, event, "unassigned_big", ""), ask(t("unassigned_say"))],
    acts: [byName(t), act("N", "assign", t("a_assign"), t("a_assign_s")), nextPerson(t)],
  };
}

function ambiguous(desk, event) {
  const { t } = desk;
  const local = event.outcome === "digits";
  return {
    title: t(local ? "no_digits" : "no_ambiguous"),
    nodes: [bare(t, event, "ambiguous_big", ""), ask(t(local ? "digits_say" : "ambiguous_say"))],
    acts: [byName(t), nextPerson(t)],
  };
}

function outside(desk, event) {
  const { t } = desk;
  const next = desk.state.next_mealtime;
  const say = next ? t("outside_say", { meal: mealName(t, next), opens: next.opens, closes: next.closes }) : t("outside_none");
  return { title: t("no_outside"), nodes: [whoOf(t, event), ask(say)], acts: [nextPerson(t)] };
}

function priceMissing(desk, event) {
  const { t } = desk;
  return { title: t("no_price"), nodes: [whoOf(t, event), ask(t("price_say"))], acts: [act("0", "price", t("a_price"), t("a_price_s"), true), nextPerson(t)] };
}

// Refusals that are one sentence and need no key of their own.
const said = (title, say, acts) => (desk, event) => ({ title: desk.t(title), nodes: [whoOf(desk.t, event), ask(desk.t(say))], acts: acts(desk) });

const MAKERS = {
  insufficient_balance: insufficient, card_lost: lost, already_eaten: eaten, repeat: repeated, unknown_card: unknown, card_unassigned: unassigned,
  card_ambiguous: ambiguous, digits: ambiguous, outside_mealtime: outside, price_missing: priceMissing,
  card_blocked: said("no_blocked", "blocked_say", (desk) => [byName(desk.t), nextPerson(desk.t)]),
  elder_inactive: said("no_inactive", "inactive_say", (desk) => [...guestAct(desk), nextPerson(desk.t)]),
  canteen_closed: said("no_closed", "closed_say", (desk) => [nextPerson(desk.t)]),
  held: said("held", "held_say", (desk) => [byName(desk.t), nextPerson(desk.t)]),
};

// An outcome this page does not know yet: the service's own sentence, and the way on.
function other(desk, event) {
  const { t } = desk;
  const message = (event.messages || [])[0];
  return { title: t("no_other"), nodes: [whoOf(t, event), ask(message ? t.pick(message) : event.reason || event.outcome || "")], acts: [byName(t), nextPerson(t)] };
}

export function refusedPanel(desk, event) {
  const make = MAKERS[event.outcome] || other;
  const held = event.outcome === "held";
  return { tone: "bad", icon: held ? "clock" : "no", at: timeOf(event), ...make(desk, event) };
}

export function readerPanel(desk) {
  const { t } = desk;
  return {
    tone: "bad",
    icon: "plug",
    title: t("reader_dead"),
    at: desk.view.reader.since,
    nodes: [el("ol", { class: "now__steps" }, ...["step_1", "step_2", "step_3"].map((step) => el("li", null, el("span", null, t(step)))))],
    acts: [byName(t), act("F9", "retryReader", t("a_retry"), t("a_retry_s"))],
  };
}
