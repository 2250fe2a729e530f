// One dialog at a time over the page. The queue goes on behind it: swipes are drawn as they come.
// A dialog answers to chars (reasons by number), arrows and Enter; Esc closes it by itself.
import { el, key } from "./dom.js";

const SETTLE_MS = 300; // a bounced key or the second Enter of a reader must not confirm anything

let open = null;

export const openedDialog = () => open;

// parts: {title, tone, role, what, nodes, acts: [{title, key, run, css}], focus, onChar, onArrow, onEnter, onCard}
export function showDialog(parts) {
  if (open) open.close();
  const error = el("p", { class: "dialog__err", role: "alert" });
  const buttons = parts.acts.map((a) => el("button", { type: "button", class: `btn${a.css ? ` btn--${a.css}` : ""}`, "data-act": a.name || null, onclick: () => a.run() }, a.title, " ", a.key ? key(a.key) : null));
  const what = parts.what ? el("p", { class: "dialog__what", id: "dialog-d" }, ...parts.what) : null;
  const node = el(
    "dialog",
    { class: `dialog dialog--${parts.tone || "plain"}`, role: parts.role || null, "aria-labelledby": "dialog-h", "aria-describedby": what ? "dialog-d" : null },
    el("h2", { id: "dialog-h", tabindex: "-1" }, parts.title),
    what,
    ...parts.nodes,
    error,
    el("p", { class: "dialog__acts" }, ...buttons),
  );
  const self = {
    node,
    say(text) {
      error.textContent = text;
    },
    close() {
      if (open === self) open = null;
      node.close();
      node.remove();
      document.getElementById("now").focus();
    },
    char: (c) => parts.onChar && parts.onChar(c),
    enter: () => node.dataset.ready && parts.onEnter && parts.onEnter(),
    arrow: (step, target) => Boolean(parts.onArrow && parts.onArrow(step, target)),
    card: (field) => {
      if (field) field.value = "";
      if (parts.onCard) parts.onCard();
    },
  };
  node.addEventListener("cancel", (event) => {
    event.preventDefault();
    self.close();
  });
  document.body.append(node);
  open = self;
  node.showModal();
  const first = parts.focus ? node.querySelector(parts.focus) : null;
  if (first) first.focus();
  setTimeout(() => {
    node.dataset.ready = "yes";
  }, SETTLE_MS);
  return self;
}

// Reasons chosen by number: a fieldset of radios and the function that reads the choice.
export function reasonField(t, legend, reasons) {
  const input = ([code], i) => el("input", { type: "radio", name: "why", value: code, checked: i === 0 });
  const inputs = reasons.map(input);
  const node = el(
    "fieldset",
    { class: "why" },
    el("legend", null, legend),
    ...reasons.map(([, word], i) => el("label", { class: "why__o" }, inputs[i], key(String(i + 1)), t(word))),
  );
  return {
    node,
    value: () => inputs.find((i) => i.checked).value,
    choose(char) {
      const at = parseInt(char, 10) - 1;
      if (inputs[at]) {
        inputs[at].checked = true;
        inputs[at].focus();
      }
    },
    set(code) {
      inputs.forEach((i) => {
        i.checked = i.value === code;
      });
    },
  };
}
