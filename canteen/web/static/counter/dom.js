// Small makers of elements. Text always goes in as text: nothing from the service is ever read as markup.
import { icon } from "./icons.js";
import { plain } from "./money.js";

export { icon };

export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
}

export function money(fen) {
  const sign = el("span", { class: "cur" }, fen < 0 ? "\u2212\u00a5" : "\u00a5");
  return el("span", { class: "money" }, sign, plain(fen));
}

export function key(name) {
  return el("kbd", { class: "key" }, name);
}

export function pill(kind, picture, text) {
  return el("span", { class: `pill pill--${kind}` }, icon(picture), text);
}

// "甲，|乙": each clause keeps together on a line.
export function phrases(text) {
  return text.split("|").map((clause) => el("span", { class: "ph" }, clause));
}

// The two halves of a paper meal ticket: the elder's and the government's.
export function ticket(own, gov, extra) {
  const half = (side, part) =>
    el(
      "div",
      { class: `ticket__${side}` },
      el("dt", null, part.label, part.foot ? el("small", null, part.foot) : null),
      el("dd", null, money(part.fen)),
    );
  const wide = own.fen >= 1000 ? " ticket--wide" : "";
  return el("dl", { class: `ticket ${extra}${wide}${gov ? "" : " ticket--one"}` }, half("own", own), gov ? half("gov", gov) : null);
}
