// Every sentence of the two screens, in both languages, found by its name.
import { EN } from "./words-en.js";
import { ZH } from "./words-zh.js";

export const TABLES = { zh: ZH, en: EN };

// "zh_CN", "zh-CN", "zh" → "zh"; "en…" → "en"; anything else → null.
export function languageOf(text) {
  const start = String(text || "").slice(0, 2).toLowerCase();
  return start === "zh" || start === "en" ? start : null;
}

// t("name", {facts}) fills {facts} in; a name that is in no table is an error of ours and is thrown.
export function makeWords(language) {
  const table = TABLES[language];
  const t = (name, facts) => {
    const text = table[name];
    if (text === undefined) throw new Error(`no words for ${name}`);
    return text.replace(/\{(\w+)\}/g, (_, fact) => String(facts[fact]));
  };
  t.language = language;
  t.dot = language === "zh" ? "\u00b7" : " \u00b7 ";
  t.has = (name) => table[name] !== undefined;
  // A thing with zh and en texts (or name_zh/name_en, label_zh/label_en) in this language.
  t.pick = (thing, stem = "") => {
    if (!thing) return "";
    const end = stem ? `${stem}_` : "";
    return thing[end + language] || thing[`${end}zh`] || "";
  };
  return t;
}
