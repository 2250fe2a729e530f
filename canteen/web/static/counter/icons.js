// The icons of the counter and the display: 24 × 24 strokes, the same shapes as on every other page.
const PATHS = {
  check: ["M4 12.5l5.5 5.5L20 6.5"],
  ok: ["circle 12 12 10", "M7 12.4l3.4 3.4L17 9"],
  no: ["M8 2h8l6 6v8l-6 6H8l-6-6V8z", "M8.5 8.5l7 7M15.5 8.5l-7 7"],
  warn: ["M12 3L1.8 21h20.4z", "M12 10v5M12 17.6v.6"],
  off: ["M7 18h9.5M19.5 16.2A4 4 0 0 0 17 10a6 6 0 0 0-8-4M6.2 9.2A4.5 4.5 0 0 0 7 18M3 3l18 18"],
  info: ["circle 12 12 10", "M12 11v6M12 7v.6"],
  bowl: [
    "M2.5 11h19a9.5 9.5 0 0 1-6 8.8V21h-7v-1.2a9.5 9.5 0 0 1-6-8.8z",
    "M8.5 8c-1-1.6 1-2.4 0-4M13 8c-1-1.6 1-2.4 0-4",
  ],
  tap: [
    "M3.1 6h9.3a1.6 1.6 0 0 1 1.6 1.6v6.3a1.6 1.6 0 0 1-1.6 1.6H3.1a1.6 1.6 0 0 1-1.6-1.6V7.6A1.6 1.6 0 0 1 3.1 6z",
    "M1.5 9.5H14M4.5 12.8h3M17 7.5a6.5 6.5 0 0 1 0 8M20 5a10.5 10.5 0 0 1 0 13",
  ],
  card: ["M4 5h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z", "M2 10h20M6 15h4"],
  diet: ["M5 21c0-9 5-16 15-17 1 10-5 15-12 14M5 21c2-5 5-8 9-10"],
  undo: ["M8 4L3.5 8.5 8 13M4 8.5h10a6 6 0 0 1 0 12H8"],
  spool: ["M12 2.5v9M8 8l4 4 4-4M3 14v6.5h18V14"],
  plug: ["M9 2.5V8M15 2.5V8M6 8h12v4a6 6 0 0 1-12 0zM12 18v4"],
  plus: ["M12 4v16M4 12h16"],
  clock: ["circle 12 12 9.5", "M12 6.5V12l4 2.5"],
  sound: ["M3 9v6h4l6 5V4L7 9zM16.5 8.5a5 5 0 0 1 0 7M19 5.5a9 9 0 0 1 0 13"],
  mute: ["M3 9v6h4l6 5V4L7 9zM17 9l5 6M22 9l-5 6"],
};

const SVG = "http://www.w3.org/2000/svg";

export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", extra ? `ic ${extra}` : "ic");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  for (const shape of PATHS[name]) {
    const [kind, x, y, r] = shape.split(" ");
    const circle = kind === "circle";
    const part = document.createElementNS(SVG, circle ? "circle" : "path");
    if (circle) {
      part.setAttribute("cx", x);
      part.setAttribute("cy", y);
      part.setAttribute("r", r);
    } else {
      part.setAttribute("d", shape);
    }
    svg.append(part);
  }
  return svg;
}
