// The volunteer's phone: her round goes on without a signal. What she taps is kept first (kept.js), shown
// at once (draw.js) and sent when there is a signal (sending.js).
import { part } from "./draw.js";
import { CACHE, dropRound, isAnythingUnsent, kept } from "./kept.js";
import { begin } from "./sending.js";
import { listen } from "./taps.js";

const LOOK_AGAIN_MS = 30_000;
const SCRIPTS = ["volunteer", "kept", "round", "draw", "sending", "taps"];
const EMPTY = [
  ...["/volunteer/empty", "/static/tokens.css", "/static/app.css", "/static/pages.js"],
  ...SCRIPTS.map(name => `/static/volunteer/${name}.js`),
];

// The page without her round is laid by for a tab that is opened without a signal; where the service
// comes over plain http the browser has no such place, and the tab must stay open.
async function layBy() {
  try {
    await navigator.serviceWorker.register("/volunteer/worker.js", { scope: "/volunteer" });
    await (await caches.open(CACHE)).addAll(EMPTY);
  } catch {
    // it works with the tab open
  }
}

if (document.body.dataset.volunteer === "day") {
  listen();
  history.replaceState(null, "", location.pathname);
  begin().then(() => kept.run && layBy());
  window.addEventListener("online", begin);
  document.addEventListener("visibilitychange", () => document.hidden || begin());
  setInterval(begin, LOOK_AGAIN_MS);
} else {
  dropRound(); // where the PIN is typed nobody is in
  part("unsent").hidden = !isAnythingUnsent();
}
