// What a person would see as broken: the page sideways, things off the edge, cut or tiny text.
() => {
  const found = [];
  const width = document.documentElement.clientWidth;
  const say = (what, e) =>
    found.push(`${what} ${e.tagName}.${e.className} ${e.textContent.slice(0, 20)}`);
  if (document.documentElement.scrollWidth > width) found.push("the page is too wide");
  for (const e of document.querySelectorAll("body *")) {
    const box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    const unseen = style.visibility === "hidden" || e.closest("svg, .vh, .skip, noscript");
    if (!box.width || unseen) continue;
    // A table may be wider than the page inside a region that scrolls by itself and takes the focus.
    const scrolls = e.parentElement.closest(".scroll[tabindex]");
    if (!scrolls && (box.right > width + 1 || box.left < -1)) say("off the edge", e);
    if (e.children.length || !e.textContent.trim()) continue;
    // A long name in the narrow list ends in … on purpose; the panel shows it whole.
    const mayBeCut = style.display === "inline" || e.matches("input, .recent__b, pre[tabindex]");
    if (!mayBeCut && e.scrollWidth > e.clientWidth + 1) say("cut", e);
    if (!e.matches(".key") && parseFloat(style.fontSize) < 13.9) say("tiny", e);
  }
  for (const e of document.querySelectorAll(".counter .now:not([hidden]), .elder__res")) {
    const floor = e.getBoundingClientRect().bottom + 1;
    if ([...e.children].some((c) => c.getBoundingClientRect().bottom > floor)) say("too high", e);
  }
  const parts = [...document.querySelectorAll(".elder__res > *")].map((e) => e.getBoundingClientRect());
  parts.slice(1).forEach((box, i) => {
    if (box.height && box.top < parts[i].bottom - 1) found.push("parts of the display overlap");
  });
  return [...new Set(found)];
}
