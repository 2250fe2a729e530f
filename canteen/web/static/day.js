// The running day: its counts are fetched again while somebody looks at them. Without it the page is
// as it was when it was opened.

const EVERY_MS = 10_000;

async function refresh() {
  const section = document.querySelector("[data-live]");
  if (!section || document.hidden || section.contains(document.activeElement)) return;
  try {
    const answer = await fetch(section.dataset.live, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = drawn.getElementById("today");
    if (fresh && !fresh.isEqualNode(section)) section.replaceWith(fresh);
  } catch {
    // Out of reach for now: what stands on the page stays, and is fetched again.
  }
}

setInterval(refresh, EVERY_MS);
document.addEventListener("visibilitychange", refresh);
