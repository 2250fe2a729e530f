// What stands on the left of the cashier's page when nothing was refused: ready, taken, given back.
// Each maker answers {tone, icon, title, at, nodes, acts}; counter.js puts it into the live region.
import { el, icon, key, money, ticket } from "./dom.js";
import { yuan } from "./money.js";
import { isAccepted, timeOf } from "./recent.js";

// Reasons that say something of the meal or the day, the most telling first. What a person is (a
// category, an age, a place) is nobody's business at a counter: no other code is ever shown here.
const SAYABLE = [
  "guest", "second_portion", "no_scheme", "quota_meals", "quota_fen_used", "ordinal", "mealtime", "channel", "window", "weekday", "not_workday", "not_rest_day", "below_floor", "not_yet_valid", "expired",
];

export function mealName(t, mealtime) {
  return t.pick(mealtime, "name");
}

export function metaOf(t, event) {
  const lines = [];
  if (event.elder) lines.push(`${t(`sex_${event.elder.sex}`)}${t.dot}${t("age", { n: event.elder.age })}`);
  if (event.card && event.card.printed) lines.push(el("br"), t("card", { n: event.card.printed }));
  return lines.length ? el("p", { class: "now__meta" }, ...lines) : null;
}

export function whoOf(t, event, small = null) {
  const name = event.elder ? event.elder.name : event.guest ? t("guest") : t("no_name");
  const long = Array.from(name).length > 6 ? " now__name--long" : "";
  return el("div", { class: "now__who" }, el("p", { class: `now__name${long}` }, name, small ? el("small", null, small) : null), metaOf(t, event), dietOf(event));
}

// What the kitchen must mind for this person (少糖, 软烂): on the plate now, so in large type.
function dietOf(event) {
  return event.elder && event.elder.diet ? el("p", { class: "now__diet" }, icon("diet"), event.elder.diet) : null;
}

function sumOf(t, pairs) {
  return el(
    "dl",
    { class: "now__sum" },
    ...pairs.map(([label, value, big]) => el("div", { class: big ? "now__big" : null }, el("dt", null, label), el("dd", null, value))),
  );
}

// ---- ready -----------------------------------------------------------------------------------

function tallyOf(t, tally) {
  const shown = [["served", "served"], ["cooked", "cooked"], ["left", "left"]].filter(([, fact]) => tally[fact] !== null && tally[fact] !== undefined);
  return el(
    "dl",
    { class: "now__tally" },
    ...shown.map(([word, fact]) => el("div", null, el("dt", null, t(word)), el("dd", null, `${tally[fact]} `, el("small", null, t("portions"))))),
  );
}

function nextLine(desk) {
  const { t } = desk;
  const chosen = desk.chosen();
  if (!desk.view.net) return [el("p", { class: "now__next" }, el("b", null, t("net_say"))), el("p", { class: "now__next" }, t("net_why"))];
  if (!desk.state.mealtime) {
    const next = desk.state.next_mealtime;
    return [el("p", { class: "now__next" }, next ? t("next_at", { meal: mealName(t, next), opens: next.opens }) : t("outside_none"))];
  }
  const second = desk.view.sale && desk.view.sale.second;
  const line = [el("p", { class: "now__next" }, `${t("next")}${t.language === "zh" ? "：" : ": "}`, el("b", null, chosen.label), " ", money(chosen.fen))];
  if (second) line.push(el("p", { class: "now__next now__next--second" }, icon("warn"), el("b", null, t("second_armed")), ` ${t("sale_dies")}`));
  return line;
}

export function readyPanel(desk) {
  const { t } = desk;
  const word = !desk.view.net ? "net_word" : desk.state.mealtime ? "ready" : "closed_now";
  const picture = !desk.view.net ? "off" : desk.state.mealtime ? "tap" : "clock";
  return {
    tone: "ready",
    title: t(word),
    nodes: [
      el("div", { class: "now__invite" }, icon(picture, "now__tap"), el("p", { class: "now__word" }, t(word)), ...nextLine(desk)),
      desk.state.tally ? tallyOf(t, desk.state.tally) : null,
    ],
    acts: [],
  };
}

// ---- taken -----------------------------------------------------------------------------------

function whyFull(t, event) {
  if (event.outcome !== "full_price") return "";
  const given = (event.reasons || []).filter((r) => !r.applied && (r.zh || r.en));
  const code = SAYABLE.find((c) => given.some((r) => r.code === c));
  return code ? t("why_full", { why: t.pick(given.find((r) => r.code === code)) }) : "";
}

function paidHow(t, pay) {
  if (!pay) return "";
  if (pay.external_fen) return t("paid_external", { fen: yuan(pay.external_fen) });
  if (pay.cash_fen && pay.purse_fen) return t("paid_split", { purse: yuan(pay.purse_fen), cash: yuan(pay.cash_fen) });
  return pay.cash_fen ? t("paid_cash", { cash: yuan(pay.cash_fen) }) : "";
}

function sideNote(desk, event, saved) {
  const { t, clock } = desk;
  const notes = [whyFull(t, event), paidHow(t, event.meal.pay)];
  if (event.meal.portion > 1) notes.push(t("portion_n", { n: event.meal.portion }));
  if (event.manual && !event.guest) notes.push(t("manual"));
  if (saved) notes.push(t("about_why"));
  else if (event.late) notes.push(t("booked_late", { time: clock.hhmm(timeOf(event)) }));
  return notes.filter(Boolean).join(t.dot);
}

function balanceOf(desk, event, saved) {
  const { t } = desk;
  const note = sideNote(desk, event, saved);
  if (!event.purse) return note ? el("p", { class: "now__balance" }, el("em", null, note)) : null;
  const left = event.meals_left;
  const overdrawn = (event.messages || []).find((m) => m.code === "overdrawn");
  if (overdrawn || (left !== null && left !== undefined && left < 2)) {
    const text = overdrawn ? t.pick(overdrawn) : left > 0 ? t("low_n", { n: left }) : t("low_0");
    return el(
      "p",
      { class: "now__balance now__balance--low" },
      icon("warn"), el("span", null, t("balance")), money(event.purse.balance_fen), el("em", null, text, " ", key("F8"), note ? ` ${note}` : ""),
    );
  }
  return el("p", { class: "now__balance" }, el("span", null, t(saved ? "balance_about" : "balance")), money(event.purse.balance_fen), note ? el("em", null, note) : null);
}

export function acceptedPanel(desk, event) {
  const { t } = desk;
  const { meal } = event;
  const saved = event.late && !event.receipt;
  const gov = [t("meal_price", { fen: yuan(meal.price_fen) })];
  if (meal.discount_fen) gov.push(t("canteen_gives", { fen: yuan(meal.discount_fen) }));
  const title = saved ? "saved_here" : event.late ? "late_booked" : "accepted";
  return {
    tone: event.late ? "off" : "ok",
    icon: event.late ? "spool" : "ok",
    title: t(title),
    at: timeOf(event),
    nodes: [
      whoOf(t, event),
      ticket({ label: t("elder_pays"), fen: meal.elder_fen }, { label: t("government"), foot: gov.join(t.dot), fen: meal.subsidy_fen }, "ticket--counter"),
      balanceOf(desk, event, saved),
    ],
    acts: [],
  };
}

// ---- money and cards without a meal ------------------------------------------------------------

function voidPanel(desk, event) {
  const { t } = desk;
  const pairs = [];
  if (event.balance_fen !== null && event.balance_fen !== undefined) pairs.push([t("balance"), money(event.balance_fen)]);
  if (event.cash_fen) pairs.push([t("returned_cash"), money(event.cash_fen), !event.purse_fen]);
  if (event.purse_fen || !event.cash_fen) pairs.push([t("returned"), money(event.purse_fen || 0), true]);
  const note = event.subsidy_fen ? `${t("not_claimed", { fen: yuan(event.subsidy_fen) })}${t.dot}${t("swipe_again")}` : t("swipe_again");
  return { tone: "info", icon: "undo", title: t("voided"), at: event.at, nodes: [whoOf(t, event), sumOf(t, pairs), el("p", { class: "now__balance" }, el("em", null, note))], acts: [] };
}

function purseEventPanel(desk, event) {
  const { t } = desk;
  const topUp = event.type === "top_up";
  const pairs = [[t("balance"), money(event.balance_fen)], [t(topUp ? "top_up_amount" : "pay_out_amount"), money(event.amount_fen), true]];
  return { tone: "ok", icon: "ok", title: t(topUp ? "topped_up" : "paid_out"), at: event.at, nodes: [whoOf(t, event), sumOf(t, pairs)], acts: [] };
}

function cardPanel(desk, event) {
  const { t } = desk;
  const kept = event.what === "kept";
  const say = kept ? t("a_keep_s") : t("serve_now");
  return { tone: "ok", icon: "card", title: t(kept ? "card_kept" : "card_assigned"), at: event.at, nodes: [whoOf(t, event), el("p", { class: "now__ask now__ask--mid" }, say)], acts: [] };
}

function testPanel(desk, event) {
  const { t } = desk;
  const who = el("div", { class: "now__who" }, el("p", { class: "now__name now__name--no" }, t("test_big")), metaOf(t, event));
  return { tone: "info", icon: "check", title: t("test_card"), at: timeOf(event), nodes: [who, el("p", { class: "now__ask now__ask--mid" }, t("test_say"))], acts: [] };
}

// The panel of an event that is no refusal, or null when it is one.
export function plainPanel(desk, event) {
  if (event.type === "void") return voidPanel(desk, event);
  if (event.type === "top_up" || event.type === "pay_out") return purseEventPanel(desk, event);
  if (event.type === "card") return cardPanel(desk, event);
  if (isAccepted(event)) return acceptedPanel(desk, event);
  return event.outcome === "test_card" ? testPanel(desk, event) : null;
}
