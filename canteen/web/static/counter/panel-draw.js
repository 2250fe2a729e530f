// Puts a panel into its live region. The two regions stay in the page for good; only their contents
// change: role=status for what was taken, role=alert for what was not.
import { el, fill, icon, key } from "./dom.js";

function band(desk, panel) {
  if (panel.tone === "ready") return null;
  return el("p", { class: "now__band" }, icon(panel.icon), el("b", null, panel.title), panel.at ? el("time", null, desk.clock.hhmmss(panel.at)) : null);
}

function actButtons(panel, run) {
  if (!panel.acts.length) return null;
  return el(
    "ul",
    { class: "now__acts" },
    ...panel.acts.map((act) =>
      el(
        "li",
        null,
        el("button", { type: "button", class: act.lead ? "act act--lead" : "act", "data-command": act.command, onclick: () => run(act.command) }, key(act.key), el("span", null, el("b", null, act.title), el("small", null, act.small))),
      ),
    ),
  );
}

export function drawPanel(desk, panel, regions, run) {
  const region = panel.tone === "bad" ? regions.refused : regions.accepted;
  const other = panel.tone === "bad" ? regions.accepted : regions.refused;
  // A button under the finger may go away with its panel: the focus stays on the page, on nothing that charges.
  const held = region.contains(document.activeElement) || other.contains(document.activeElement);
  other.hidden = true;
  fill(other);
  region.hidden = false;
  region.className = `now now--${panel.tone}`;
  fill(region, band(desk, panel), ...panel.nodes, actButtons(panel, run));
  if (held) document.getElementById("now").focus();
}
