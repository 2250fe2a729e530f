// Whole fen to text and typed text to whole fen. No arithmetic on fractions of a yuan anywhere:
// the digits are cut and joined as text, so nothing can be rounded by accident.

const FULL_WIDTH = /[\uff01-\uff5e\u3000]/g;

// Full-width letters, digits and signs (what an input method types) as their plain selves.
export function fold(text) {
  return text.replace(FULL_WIDTH, (c) => (c === "\u3000" ? " " : String.fromCharCode(c.charCodeAt(0) - 0xfee0)));
}

// 1260 → "12.60"; 128640 → "1,286.40"; never a sign (see minus()).
export function plain(fen) {
  const digits = String(fen < 0 ? -fen : fen).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${whole}.${digits.slice(-2)}`;
}

// −¥7.00: the sign is U+2212 and stands before the currency.
export function yuan(fen) {
  return `${fen < 0 ? "\u2212" : ""}\u00a5${plain(fen)}`;
}

// What a cashier typed in an amount field → {fen} or {error: "empty"|"card"|"form"|"zero"|"limit"}.
// Six digits and more that begin with a zero are a card number that landed in the field (O-020).
export function parseAmount(text, maxFen) {
  const typed = fold(text).trim();
  if (typed === "") return { error: "empty" };
  if (/^0\d/.test(typed) || /^\d{8,}$/.test(typed)) return { error: "card" };
  const parts = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(typed);
  if (!parts) return { error: "form" };
  const fen = parseInt(parts[1] + (parts[2] || "").padEnd(2, "0"), 10);
  if (fen === 0) return { error: "zero" };
  if (fen > maxFen) return { error: "limit" };
  return { fen };
}
