// Amounts by hand: the price of the next meal (0) and a top-up (F8). A card number that lands in the
// field is refused and said (O-020); money only moves from a second step, never by Enter in a field.
import { newId } from "./api.js";
import { showDialog } from "./dialogs.js";
import { el } from "./dom.js";
import { parseAmount, yuan } from "./money.js";

function amountField(t, label) {
  const input = el("input", { class: "input input--amount", id: "amount", inputmode: "decimal", autocomplete: "off", maxlength: 20 });
  return { input, node: el("div", { class: "field" }, el("label", { for: "amount" }, label), input) };
}

// {fen} or null; the reason is said in the dialog.
function readAmount(desk, dialog, input) {
  const max = desk.state.limits.amount_fen_max;
  const amount = parseAmount(input.value, max);
  if (amount.error) {
    dialog.say(desk.t(`e_${amount.error}`, { fen: yuan(max) }));
    input.setAttribute("aria-invalid", "true");
    input.value = amount.error === "card" ? "" : input.value;
    input.focus();
    return null;
  }
  return amount.fen;
}

// A price for the next swipe, or for the shown one that has none. onAmount(fen) does it.
export function openPrice(desk, { title, button, onAmount }) {
  const { t } = desk;
  const field = amountField(t, t("amount_label"));
  function confirm() {
    const fen = readAmount(desk, dialog, field.input);
    if (fen === null) return;
    dialog.close();
    onAmount(fen);
  }
  const dialog = showDialog({
    title: t(title),
    nodes: [field.node],
    acts: [
      { name: "do", title: t(button), key: "Enter", css: "primary", run: confirm },
      { name: "close", title: t("close"), key: "Esc", run: () => dialog.close() },
    ],
    focus: "#amount",
    onEnter: confirm,
    onCard: () => dialog.say(t("e_card")),
  });
}

function confirmTopUp(desk, elder, fen, pay, reference, onDone) {
  const { t } = desk;
  const body = { id: newId(), counter: desk.state.counter.id, elder: elder.number, amount_fen: fen, pay };
  if (reference) body.reference = reference;
  let sent = false;
  async function confirm() {
    if (sent) return;
    sent = true;
    dialog.close();
    if ((await desk.write("POST", "/api/v1/top-ups", body)) && onDone) onDone();
  }
  const dialog = showDialog({
    title: t("top_sure", { fen: yuan(fen), name: elder.name }),
    nodes: [el("p", { class: "dialog__sum" }, yuan(fen))],
    acts: [
      { name: "do", title: t("top_do", { fen: yuan(fen) }), key: "Enter", css: "primary", run: confirm },
      { name: "back", title: t("back"), key: "Esc", run: () => dialog.close() },
    ],
    focus: "h2",
    onEnter: confirm,
    onCard: () => dialog.say(t("e_card")),
  });
}

// elder: {number, name}; balanceFen is what is shown now, or null; onDone follows a booked top-up.
export function openTopUp(desk, elder, balanceFen, onDone = null) {
  const { t } = desk;
  const field = amountField(t, t("top_amount"));
  const reference = el("input", { class: "input", id: "reference", autocomplete: "off", maxlength: 60 });
  const referenceRow = el("div", { class: "field", hidden: true }, el("label", { for: "reference" }, t("top_ref")), reference);
  const how = ["cash", "external"].map((pay, i) => el("input", { type: "radio", name: "pay", value: pay, checked: i === 0, onchange: () => showReference() }));
  const pay = () => how.find((h) => h.checked).value;
  function showReference() {
    referenceRow.hidden = pay() !== "external";
  }
  function next() {
    const fen = readAmount(desk, dialog, field.input);
    if (fen !== null) confirmTopUp(desk, elder, fen, pay(), pay() === "external" ? reference.value.trim() : "", onDone);
  }
  const dialog = showDialog({
    title: t("top_title", { name: elder.name }),
    what: balanceFen === null || balanceFen === undefined ? null : [t("top_now", { fen: yuan(balanceFen) })],
    nodes: [
      field.node,
      el("fieldset", { class: "why" }, el("legend", null, t("top_how")), ...how.map((input, i) => el("label", { class: "why__o" }, input, t(i ? "pay_external" : "pay_cash")))),
      referenceRow,
    ],
    acts: [
      { name: "next", title: t("top_next"), key: "Enter", css: "primary", run: next },
      { name: "close", title: t("close"), key: "Esc", run: () => dialog.close() },
    ],
    focus: "#amount",
    onEnter: next,
    onCard: () => dialog.say(t("e_card")),
  });
}
