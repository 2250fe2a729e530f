// The green bar and the foot: window, meal and hours, reader, network, clock, cashier, function keys.
import { el, fill, icon, key, pill } from "./dom.js";
import { mealName } from "./panels.js";

function readerPill(t, reader) {
  if (reader.state === "lost") return pill("bad", "no", t("reader_lost"));
  return reader.state === "none" ? pill("onwall", "info", t("reader_none")) : pill("onwall", "check", t("reader_ok"));
}

function netPill(desk) {
  const { t, view } = desk;
  if (view.net) return pill("onwall", "check", t("online"));
  const minutes = Math.floor((Date.now() - view.netSince) / 60000);
  return pill("info", "off", minutes ? t("net_lost_min", { n: minutes }) : t("net_lost"));
}

export function drawBar(desk, node) {
  const { t, state, view, clock } = desk;
  const meal = state.mealtime;
  const hours = meal ? el("span", null, `${meal.opens}\u2013${meal.closes}`) : null;
  const now = clock.hhmm(clock.now());
  fill(
    node,
    el("h1", { class: "wall__place" }, icon("bowl"), state.counter.name),
    el("p", { class: "wall__meal" }, meal ? mealName(t, meal) : t("no_mealtime"), " ", hours),
    el("ul", { class: "wall__health", "aria-label": t("devices") }, el("li", null, readerPill(t, view.reader)), el("li", { "data-net": view.net ? "up" : "down" }, netPill(desk))),
    el("p", { class: "wall__clock" }, el("time", { datetime: now }, now), el("span", null, state.cashier.name)),
  );
}

const FOOT = [["F2", "k_find", "find"], ["F4", "k_void", "voidLast"], ["F8", "k_top_up", "topUp"], ["F9", "k_say", "sayAgain"], ["Esc", "k_clear", "clear"], ["?", "k_all", "help"]];

function footText(desk) {
  const { t, state, view, clock } = desk;
  if (!view.net) return t("net_foot");
  const meal = state.mealtime;
  if (meal) {
    const n = clock.minutesTo(meal.closes);
    return n >= 0 ? t("left_min", { meal: mealName(t, meal), n }) : t("in_grace", { meal: mealName(t, meal) });
  }
  const next = state.next_mealtime;
  return next ? t("next_at", { meal: mealName(t, next), opens: next.opens }) : "";
}

export function drawFoot(desk, node, run) {
  const { t } = desk;
  if (!node.firstChild) {
    node.append(...FOOT.map(([k, word, command]) => el("button", { type: "button", class: "keys__b", "data-command": command, onclick: () => run(command) }, key(k), t(word))), el("p"));
  }
  node.querySelector("p").textContent = footText(desk);
}
