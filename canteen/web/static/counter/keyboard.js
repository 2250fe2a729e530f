// Keys of the counter. Read by event.code, so they work with a Chinese input method on. A keyboard
// reader types a card as a burst and presses Enter: that is a card, never meal keys and never money.
import { fold } from "./money.js";

const BURST_CHARS = 6;
const BURST_MS = 100;
const HOLD_MS = 80; // a single key waits this long to be sure that no burst follows it
const NAMED = { F2: "find", F4: "voidLast", F8: "topUp", F9: "sayAgain", ArrowUp: "up", ArrowDown: "down" };

// The character of a key press by its place on the keyboard; "" for keys that type nothing.
export function charOf(event) {
  const typed = event.key.length === 1 ? fold(event.key) : "";
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  if (digit && !event.shiftKey) return digit[1];
  const letter = /^Key([A-Z])$/.exec(event.code);
  if (letter) return typed && /[a-z]/i.test(typed) ? typed : letter[1].toLowerCase();
  if (event.code === "Slash" && event.shiftKey) return "?";
  return typed;
}

// Collects what comes faster than a hand can type.
export function makeBurst() {
  let chars = [];
  return {
    push(char, at) {
      if (chars.length && at - chars[chars.length - 1].at > BURST_MS) chars = [];
      chars.push({ char, at });
    },
    // Something faster than fingers has begun: its keys are no commands.
    isRunning: () => chars.length >= 3,
    isCard() {
      return chars.some((c, i) => i >= BURST_CHARS - 1 && c.at - chars[i - BURST_CHARS + 1].at <= BURST_MS);
    },
    // At Enter: the card's text if a burst has just ended, else null.
    take(at) {
      const fresh = chars.length && at - chars[chars.length - 1].at <= BURST_MS;
      const card = fresh && this.isCard() ? chars.map((c) => c.char).join("") : null;
      chars = [];
      return card;
    },
  };
}

const isField = (node) => node instanceof HTMLElement && (node.matches("textarea, select") || (node.matches("input") && !["radio", "checkbox"].includes(node.type)));

// handlers: card(text, field), cardTyping(field), command(name), char(c), dialog() → null or {char, enter}, singleKeys()
export function startKeyboard(handlers) {
  const burst = makeBurst();
  let waiting = [];

  function forget() {
    waiting.forEach((w) => clearTimeout(w.timer));
    waiting = [];
  }

  function act(char) {
    const dialog = handlers.dialog();
    if (dialog) dialog.char(char);
    else handlers.char(char);
  }

  function later(char) {
    const timer = setTimeout(() => {
      waiting.shift();
      if (!burst.isRunning()) act(char);
    }, HOLD_MS);
    waiting.push({ timer, char });
  }

  // "3", Enter by a quick hand: the 3 acts before the Enter does.
  function actNow() {
    const chars = waiting.map((w) => w.char);
    forget();
    chars.forEach(act);
  }

  function onEnter(event) {
    const running = burst.isRunning();
    const card = burst.take(event.timeStamp);
    const field = isField(event.target) ? event.target : null;
    if (card !== null) {
      forget();
      event.preventDefault();
      event.stopPropagation();
      handlers.card(card, field);
      return;
    }
    if (running) forget();
    else actNow();
    const dialog = handlers.dialog();
    if (!dialog || event.isComposing || event.repeat || event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    dialog.enter();
  }

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.code === "Enter" || event.code === "NumpadEnter") {
      onEnter(event);
      return;
    }
    const char = charOf(event);
    if (char && char !== " ") {
      if (event.repeat) return;
      burst.push(char, event.timeStamp);
      if (isField(event.target)) {
        if (burst.isCard()) handlers.cardTyping(event.target);
      } else if (handlers.singleKeys()) later(char);
      return;
    }
    if (!NAMED[event.code] && event.code !== "Escape") return;
    if (!burst.isRunning()) actNow(); // keys act in the order in which they were pressed
    if (handlers.dialog()) {
      if (NAMED[event.code] && event.code.startsWith("F")) event.preventDefault();
      else if (NAMED[event.code] && handlers.dialog().arrow(event.code === "ArrowUp" ? -1 : 1, event.target)) event.preventDefault();
      return;
    }
    const radio = event.target instanceof HTMLInputElement && event.target.type === "radio";
    if (NAMED[event.code] && !(radio && event.code.startsWith("Arrow"))) {
      event.preventDefault();
      if (!event.repeat || event.code.startsWith("Arrow")) handlers.command(NAMED[event.code]);
    } else if (event.code === "Escape") handlers.command("clear");
  }

  addEventListener("keydown", onKey, true);
}
