// Finding a person by initials (F2) and what follows: serve by name, register an unknown card.
import { newId } from "./api.js";
import { reasonField, showDialog } from "./dialogs.js";
import { el, fill } from "./dom.js";
import { yuan } from "./money.js";

const ASK_MS = 200;
const REASONS = [["no_card", "w_no_card"], ["card_broken", "w_card_broken"], ["card_lost", "w_card_lost"], ["reader_down", "w_reader"]];

// One line of the results: enough to tell namesakes apart, never a whole ID number.
function describe(t, clock, elder) {
  const facts = [`${t(`sex_${elder.sex}`)} ${t("age", { n: elder.age })}`];
  if (elder.born) facts.push(t("born", { date: String(elder.born).slice(0, 10) }));
  if (elder.last4) facts.push(t("last4", { n: elder.last4 }));
  if (elder.community || elder.building) facts.push([elder.community, elder.building].filter(Boolean).join(" "));
  if (elder.card_printed) facts.push(t("card", { n: elder.card_printed }));
  return facts.join(t.dot);
}

// onPick(elder) is called with the one chosen.
export function openFind(desk, { title, onPick }) {
  const { t, clock, api } = desk;
  let found = [];
  let at = 0;
  let timer = 0;
  let asked = "";
  const input = el("input", { class: "input", id: "find", type: "text", autocomplete: "off", maxlength: 40, role: "combobox", "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list", oninput: () => wait() });
  const list = el("ul", { class: "found", id: "found", role: "listbox", "aria-label": t(title) });
  const none = el("p", { class: "found__none", role: "status" });

  function draw() {
    fill(
      list,
      ...found.map((elder, i) =>
        el(
          "li",
          { class: "found__o", id: `found-${i}`, role: "option", "aria-selected": String(i === at), onclick: () => pick(i) },
          el("b", null, elder.name), el("span", null, describe(t, clock, elder)), el("span", { class: "num" }, elder.balance_fen === null || elder.balance_fen === undefined ? "" : yuan(elder.balance_fen)),
        ),
      ),
    );
    input.setAttribute("aria-expanded", String(found.length > 0));
    if (found.length) input.setAttribute("aria-activedescendant", `found-${at}`);
    else input.removeAttribute("aria-activedescendant");
    list.hidden = !found.length;
  }

  async function ask() {
    const text = input.value.trim();
    asked = text;
    try {
      const answer = text ? await api.get(`${desk.base}/elders?find=${encodeURIComponent(text)}`) : { elders: [] };
      if (asked !== text || input.value.trim() !== text) return;
      found = answer.elders.slice(0, 9);
      at = 0;
      none.textContent = found.length || !text ? "" : t("find_none");
      list.removeAttribute("aria-busy");
      draw();
    } catch (error) {
      dialog.say(desk.why(error));
    }
  }

  function wait() {
    list.setAttribute("aria-busy", "true"); // what is listed is not of what is typed, and is not picked
    clearTimeout(timer);
    timer = setTimeout(ask, ASK_MS);
  }

  function pick(index) {
    if (!found[index] || list.hasAttribute("aria-busy")) return;
    dialog.close();
    onPick(found[index]);
  }

  const dialog = showDialog({
    title: t(title),
    tone: "find",
    nodes: [el("div", { class: "field" }, el("label", { for: "find" }, t("search")), input), list, none],
    acts: [{ name: "close", title: t("close"), key: "Esc", run: () => dialog.close() }],
    focus: "#find",
    onEnter: () => pick(at),
    onArrow(step) {
      if (!found.length) return false;
      at = Math.max(0, Math.min(found.length - 1, at + step));
      draw();
      return true;
    },
    onCard() {
      asked = "";
      found = [];
      draw();
      dialog.say(t("card_seen"));
    },
  });
  draw();
}

// Serve the chosen meal without a card: the reason by number, then Enter.
export function openServe(desk, elder, reason) {
  const { t } = desk;
  const chosen = desk.chosen();
  if (!chosen) return desk.say(t("outside_none"));
  const why = reasonField(t, t("why_no_card"), REASONS);
  if (reason) why.set(reason);
  const id = newId();
  let sent = false;
  async function confirm() {
    if (sent) return;
    sent = true;
    dialog.close();
    const second = Boolean(desk.view.sale && desk.view.sale.second);
    await desk.serve({ id, elder: elder.number, reason: why.value(), ...chosen.body, pay: "purse", second });
  }
  const dialog = showDialog({
    title: t("serve_title", { name: elder.name }),
    what: [t("serve_what", { meal: chosen.label, price: yuan(chosen.fen) })],
    nodes: [why.node],
    acts: [
      { name: "do", title: t("serve_do"), key: "Enter", css: "primary", run: confirm },
      { name: "close", title: t("close"), key: "Esc", run: () => dialog.close() },
    ],
    focus: "input:checked",
    onChar: why.choose,
    onEnter: confirm,
    onCard: () => dialog.say(t("card_seen")),
  });
  return dialog;
}

// Step 2 of 2 for an unknown card: say once more whose it will be, then register it and serve.
export function openAssign(desk, elder, swipe) {
  const { t } = desk;
  const id = newId();
  const mealId = newId();
  let sent = false;
  async function confirm() {
    if (sent) return;
    sent = true;
    dialog.close();
    const done = await desk.write("POST", `${desk.base}/cards`, { id, swipe: swipe.id, elder: elder.number });
    const chosen = desk.chosen();
    if (done && chosen) await desk.serve({ id: mealId, swipe: swipe.id, ...chosen.body, pay: "purse", second: false });
  }
  const dialog = showDialog({
    title: t("assign_sure", { name: elder.name }),
    what: [el("b", null, elder.name), ` ${describe(t, desk.clock, elder)}`, el("br"), t("assign_what", { name: elder.name })],
    nodes: [],
    acts: [
      { name: "do", title: t("assign_do"), key: "Enter", css: "primary", run: confirm },
      { name: "close", title: t("close"), key: "Esc", run: () => dialog.close() },
    ],
    focus: "h2",
    onEnter: confirm,
    onCard: () => dialog.say(t("card_seen")),
  });
}
