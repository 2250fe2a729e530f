// 刚才: the last twelve things that happened at this counter, newest on top; ↑ ↓ Enter reopen one.
import { el, fill, icon, money } from "./dom.js";

const ROWS_MAX = 12;
const LISTED = ["swipe", "meal", "top_up", "pay_out", "card"];
const ACCEPTED = ["subsidised", "full_price"];
const OPEN = ["insufficient_balance", "price_missing"];

export const isAccepted = (event) => ACCEPTED.includes(event.outcome) && Boolean(event.meal);
export const timeOf = (event) => event.read_at || event.at;
export const elderNumber = (event) => (event.elder ? event.elder.number : null);

const KINDS = {
  ok: ["ok", "check", "r_ok"], saved: ["sp", "spool", "r_saved"], late: ["sp", "spool", "r_late"], void: ["vd", "undo", "r_void"],
  open: ["pend", "warn", "r_open"], no: ["no", "no", "r_no"], held: ["pend", "clock", "r_held"], test: ["sp", "check", "r_test"], again: ["vd", "info", "r_again"],
  top_up: ["ok", "plus", "r_top_up"], pay_out: ["vd", "undo", "r_pay_out"], card: ["ok", "card", "r_card"], kept: ["vd", "card", "r_kept"],
};

export function makeRecent({ t, clock, node, onOpen }) {
  let events = [];
  const voided = new Set();
  const settled = new Set();

  function kindOf(event, index) {
    if (event.type === "top_up" || event.type === "pay_out") return event.type;
    if (event.type === "card") return event.what === "kept" ? "kept" : "card";
    if (isAccepted(event)) {
      if (voided.has(event.meal.id)) return "void";
      if (event.late) return event.receipt ? "late" : "saved";
      return "ok";
    }
    if (event.outcome === "held") return "held";
    if (event.outcome === "test_card") return "test";
    if (event.outcome === "repeat") return "again";
    if (!OPEN.includes(event.outcome) || settled.has(event.id)) return "no";
    // Served since (by cash, by name): nothing is left to do about the refusal.
    const later = events.slice(0, index).some((e) => isAccepted(e) && elderNumber(e) !== null && elderNumber(e) === elderNumber(event));
    return later ? "no" : "open";
  }

  function nameOf(event) {
    if (event.elder) return event.elder.name;
    if (event.guest) return t("guest");
    if (event.outcome === "test_card") return t("test_big");
    return event.card && event.card.printed ? event.card.printed : t("no_name");
  }

  function row(event, index) {
    const kind = kindOf(event, index);
    const [css, picture, word] = KINDS[kind];
    const fen = event.meal && isAccepted(event) ? event.meal.elder_fen : event.amount_fen;
    const name = nameOf(event);
    const quiet = kind === "ok";
    const open = el("button", { type: "button", class: "recent__b", tabindex: index === 0 ? 0 : -1, "aria-label": t("show_row", { name }), onclick: () => onOpen(event) }, name);
    return el(
      "tr",
      { class: `r-${css}`, "data-kind": kind },
      el("td", { class: "num" }, clock.hhmmss(timeOf(event))),
      el("th", { scope: "row" }, open),
      el("td", { class: "num" }, fen === undefined || fen === null ? "" : money(fen)),
      el("td", null, icon(picture), quiet ? el("span", { class: "vh" }, t(word)) : t(word)),
    );
  }

  function draw(tally) {
    const head = ["time", "name", "paid", "result"].map((name) => el("th", { scope: "col" }, t(name)));
    const count = tally && tally.served !== null && tally.served !== undefined;
    const counted = !count ? "" : tally.cooked === null || tally.cooked === undefined ? t("served_only", tally) : t("served_of", tally);
    const focused = document.activeElement && document.activeElement.classList.contains("recent__b");
    fill(
      node,
      el("h2", { id: "recent-h" }, t("just_now"), el("span", null, counted)),
      el("table", { class: "recent__t" }, el("thead", { class: "vh" }, el("tr", null, ...head)), el("tbody", null, ...events.map(row))),
    );
    if (focused) focusRow(0);
  }

  const buttons = () => Array.from(node.querySelectorAll(".recent__b"));

  function focusRow(index) {
    const all = buttons();
    if (!all.length) return;
    const at = Math.max(0, Math.min(all.length - 1, index));
    all.forEach((b, i) => b.setAttribute("tabindex", i === at ? "0" : "-1"));
    all[at].focus();
  }

  return {
    draw,
    add(event) {
      if (event.type === "void") voided.add(event.meal_id);
      if (event.swipe) settled.add(event.swipe);
      if (LISTED.includes(event.type)) events = [event, ...events].slice(0, ROWS_MAX);
    },
    // The state's own list: newest first, oldest added first so that voids find their rows.
    load(list) {
      events = [];
      list.slice().reverse().forEach((event) => this.add({ ...event, ...event.body }));
    },
    move(step) {
      const at = buttons().indexOf(document.activeElement);
      focusRow(at < 0 ? 0 : at + step);
    },
    // The last standing meal of a person here: what a repeated swipe repeats.
    lastMealOf: (number) => events.find((e) => isAccepted(e) && elderNumber(e) === number && !voided.has(e.meal.id)) || null,
    lastMeal: () => events.find((e) => isAccepted(e) && !voided.has(e.meal.id)) || null,
    isVoided: (mealId) => voided.has(mealId),
  };
}
