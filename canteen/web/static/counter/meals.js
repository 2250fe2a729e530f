// The meal keys: what the next person gets. The choice itself lives in the service (the counter's
// pending sale), so that a reader on another machine and this page mean the same meal.
import { el, fill, icon, key, money } from "./dom.js";

// The key of the pending sale: "1"…"4" of a set meal, "0" of a keyed price.
export function keyOf(state, sale) {
  if (!sale) return "1";
  if (sale.kind !== "set") return "0";
  const meal = state.set_meals.find((m) => m.code === sale.set_meal) || state.set_meals.find((m) => m.zh === sale.label_zh && m.price_fen === sale.amount_fen);
  return meal ? meal.key : "0";
}

// What the next person would get and pay at most: {label, fen, body} with body = the sale's fields.
export function chosenMeal(t, state, sale) {
  const k = keyOf(state, sale);
  const meal = state.set_meals.find((m) => m.key === k) || (sale ? null : state.set_meals[0]);
  if (meal) return { label: t.pick(meal), fen: meal.price_fen, body: { kind: "set", set_meal: meal.code, channel: meal.channel } };
  if (!sale) return null;
  const body = { kind: "amount", amount_fen: sale.amount_fen, channel: sale.channel || "dine_in" };
  return { label: t.pick(sale, "label") || t("other_price"), fen: sale.amount_fen, body };
}

export function drawMeals({ t, node, state, sale, onChoose }) {
  const on = keyOf(state, sale);
  const choice = (k, css, name, fen) =>
    el(
      "label",
      { class: css },
      el("input", { type: "radio", name: "meal", value: k, checked: k === on, onchange: () => onChoose(k) }),
      key(k),
      el("span", { class: "meal__n" }, name),
      fen === null ? null : money(fen),
      icon("check", "meal__on"),
    );
  const other = sale && on === "0" ? sale.amount_fen : null;
  const legend = t("next_meal").split("|");
  node.setAttribute("aria-label", t("next_aria"));
  const focused = node.contains(document.activeElement);
  fill(
    node,
    el(
      "fieldset",
      { class: "meals", "aria-describedby": "meals-d" },
      el("legend", null, legend[0], el("br"), legend[1]),
      ...state.set_meals.slice(0, 4).map((m) => choice(m.key, "meal", t.pick(m), m.price_fen)),
      choice("0", other === null ? "meal meal--other" : "meal meal--keyed", t("other_price"), other),
      el("p", { class: "vh", id: "meals-d" }, t("next_hint")),
    ),
  );
  if (focused) node.querySelector("input:checked").focus();
}
