// The page of an export looks by itself how far it is; without this its link does the same.

const PAUSE_MS = 1500;

async function look() {
  const box = document.querySelector("[data-export]");
  if (!["waiting", "running"].includes(box.dataset.export)) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("[data-export]");
    // Drawn anew only when it says something else, and under a hand only when the file's state does.
    const isNews = answer.ok && next && !next.isEqualNode(box);
    const isHeld = box.contains(document.activeElement) && next?.dataset.export === box.dataset.export;
    if (isNews && !isHeld) box.replaceWith(next);
  } catch {
    // the next look may find the server again
  }
  setTimeout(look, PAUSE_MS);
}

setTimeout(look, PAUSE_MS);
