// Keys of the register's pages: / search, N new, E edit, ↑ ↓ Enter in the list. Without it all is links.

const search = document.querySelector("[data-register-search]");
const rows = [...document.querySelectorAll("[data-rows] tbody tr")];
let at = -1;

function select(next) {
  if (!rows.length) return;
  rows[at]?.classList.remove("sel");
  at = Math.max(0, Math.min(rows.length - 1, next));
  rows[at].classList.add("sel");
  rows[at].querySelector("a").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (typing && typing.type !== "search") return;
    if (!rows.length) return;
    event.preventDefault();
    select(event.key === "ArrowDown" ? at + 1 : at - 1);
  } else if (typing) {
    if (event.key === "Escape") typing.blur();
  } else if (event.key === "/" && search) {
    event.preventDefault();
    search.elements.q.select();
  } else {
    const link = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (link) link.click();
  }
});

// A tap on a filter acts at once; arrow keys only move among them, and Enter or "Find" acts.
for (const chip of search?.querySelectorAll(".chip") ?? []) {
  chip.addEventListener("click", (event) => {
    if (event.pointerType) setTimeout(() => search.requestSubmit());
  });
}

for (const shown of document.querySelectorAll("[data-hide-seconds]")) {
  setTimeout(() => location.replace(shown.dataset.hideTo), Number(shown.dataset.hideSeconds) * 1000);
}
