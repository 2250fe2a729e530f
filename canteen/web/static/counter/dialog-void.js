// F4: take back the last meal, or the first one of a card that has eaten already. Reason 1–4, Enter.
import { newId } from "./api.js";
import { reasonField, showDialog } from "./dialogs.js";
import { el, money } from "./dom.js";
import { yuan } from "./money.js";
import { timeOf } from "./recent.js";

const REASONS = [["wrong_person", "v_wrong_person"], ["wrong_meal", "v_wrong_meal"], ["not_wanted", "v_not_wanted"], ["swiped_twice", "v_swiped_twice"]];

// target: {mealId, name, at, label, elder_fen, pay, subsidy_fen, last}
export function openVoid(desk, target) {
  const { t, clock } = desk;
  const why = reasonField(t, t("why"), REASONS);
  const id = newId();
  let sent = false;

  async function confirm() {
    if (sent) return;
    sent = true;
    dialog.close();
    await desk.write("POST", `/api/v1/meals/${target.mealId}/void`, { id, reason: why.value(), counter: desk.state.counter.id });
  }

  const pay = target.pay || {};
  const back = [];
  const line = (text, fen) => {
    const [before, after] = text.split("\u0000");
    back.push(back.length ? t.dot : "", before, money(fen), after || "");
  };
  if (pay.cash_fen) line(t("void_cash", { fen: "\u0000" }), pay.cash_fen);
  if (pay.purse_fen || !pay.cash_fen) line(t("void_back", { fen: "\u0000" }), pay.purse_fen === undefined ? target.elder_fen : pay.purse_fen);
  if (target.subsidy_fen) line(t("void_gov", { fen: "\u0000" }), target.subsidy_fen);
  const dialog = showDialog({
    title: t(target.last ? "void_title" : "void_one"),
    tone: "bad",
    role: "alertdialog",
    what: [el("b", null, target.name), ` ${clock.hhmmss(target.at)} ${target.label || ""}`, el("br"), ...back],
    nodes: [why.node],
    acts: [
      { name: "do", title: t("void_do", { fen: yuan(target.elder_fen) }), key: "Enter", css: "danger", run: confirm },
      { name: "keep", title: t("void_keep"), key: "Esc", run: () => dialog.close() },
    ],
    focus: "input:checked",
    onChar: why.choose,
    onEnter: confirm,
    onCard: () => dialog.say(t("card_seen")),
  });
}

export function targetOfEvent(t, event, last) {
  const { meal } = event;
  return { mealId: meal.id, name: event.elder ? event.elder.name : t("guest"), at: timeOf(event), label: t.pick(meal, "label"), elder_fen: meal.elder_fen, pay: meal.pay, subsidy_fen: meal.subsidy_fen, last };
}

export function targetOfFirst(event) {
  const { first } = event;
  return { mealId: first.meal_id, name: event.elder.name, at: first.at, label: "", elder_fen: first.elder_fen, pay: null, subsidy_fen: 0, last: false };
}
