// ?: all keys; and the switches of this PC: single keys (WCAG 2.1.4), contrast, voice, language.
import { newId } from "./api.js";
import { showDialog } from "./dialogs.js";
import { el, key } from "./dom.js";
import { yuan } from "./money.js";
import { rememberContrast, rememberSwitch, setCookie, switchedOn } from "./settings.js";

const KEYS = [
  [["1", "2", "3", "4"], "key_1_4"], [["0"], "key_0"], [["C"], "key_c"], [["B"], "key_b"], [["K"], "key_k"], [["N"], "key_n"], [["Esc"], "key_esc"],
  [["F2"], "key_f2"], [["F4"], "key_f4"], [["F8"], "key_f8"], [["F9"], "key_f9"], [["\u2191", "\u2193", "Enter"], "key_list"], [["Tab"], "key_tab"], [["?"], "key_help"],
];

function toggle(name, text, on, onChange) {
  const input = el("input", { type: "checkbox", id: `sw-${name}`, checked: on, onchange: () => onChange(input.checked) });
  return el("label", { class: "why__o", for: `sw-${name}` }, input, text);
}

export function openKeys(desk) {
  const { t } = desk;
  const other = t.language === "zh" ? "en" : "zh";
  const dialog = showDialog({
    title: t("keys_title"),
    tone: "keys",
    nodes: [
      el("dl", { class: "keylist" }, ...KEYS.map(([names, word]) => el("div", null, el("dt", null, ...names.map((n) => key(n))), el("dd", null, t(word))))),
      el(
        "div",
        { class: "why" },
        toggle("single", t("sw_single"), switchedOn("single_keys", desk.state.single_keys !== false), (on) => rememberSwitch("single_keys", on)),
        toggle("contrast", t("sw_contrast"), document.documentElement.dataset.contrast === "high", rememberContrast),
        toggle("voice", t("sw_voice"), switchedOn("voice_here", false), (on) => {
          rememberSwitch("voice_here", on);
          desk.setVoice(on);
        }),
      ),
    ],
    acts: [
      { name: "close", title: t("close"), key: "Esc", run: () => dialog.close() },
      {
        name: "language",
        title: t("other_language"),
        run: () => {
          setCookie("canteen_locale", other === "zh" ? "zh_CN" : "en");
          location.search = `?lang=${other}`;
        },
      },
      { name: "cash", title: t("count_cash"), run: () => location.assign(`/counter/${desk.counterId}/cash`) },
      { name: "deliveries", title: t("ask_delivery"), run: () => location.assign(`/counter/${desk.counterId}/deliveries`) },
      { name: "out", title: t("sign_out"), run: () => desk.signOut() },
    ],
    focus: "#sw-single",
    onEnter: () => dialog.close(),
  });
}

// B with nothing refused on the panel: a guest, or a second meal for the next swipe. By number.
export function openMore(desk) {
  const { t } = desk;
  const chosen = desk.chosen();
  if (!chosen) return desk.say(t("outside_none"));
  const id = newId();
  let sent = false;
  function guest() {
    if (sent) return;
    sent = true;
    dialog.close();
    desk.serve({ id, guest: true, ...chosen.body, pay: "cash", second: false });
  }
  function second() {
    dialog.close();
    desk.putSale({ ...chosen.body, pay: "purse", second: true });
  }
  const choice = (k, text, run, name) => el("button", { type: "button", class: "act", "data-act": name, onclick: run }, key(k), el("span", null, el("b", null, text)));
  const dialog = showDialog({
    title: t("more_title"),
    what: [t("more_pick")],
    nodes: [el("div", { class: "choices" }, choice("1", t("more_guest", { meal: chosen.label, price: yuan(chosen.fen) }), guest, "guest"), choice("2", t("more_second"), second, "second"))],
    acts: [{ name: "close", title: t("close"), key: "Esc", run: () => dialog.close() }],
    focus: "h2",
    onChar: (c) => (c === "1" ? guest() : c === "2" && second()),
    onCard: () => dialog.say(t("card_seen")),
  });
  return dialog;
}
