// What this PC remembers: cookies that the service reads too, switches that only this page knows.

export function cookie(name) {
  const found = document.cookie.split("; ").find((c) => c.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : null;
}

export function setCookie(name, value) {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax`;
}

export function applyContrast() {
  const high = cookie("canteen_contrast") === "high";
  if (high) document.documentElement.dataset.contrast = "high";
  else delete document.documentElement.dataset.contrast;
}

export function rememberContrast(high) {
  setCookie("canteen_contrast", high ? "high" : "normal");
  applyContrast();
}

export function switchedOn(name, otherwise) {
  const kept = localStorage.getItem(`canteen.${name}`);
  return kept === null ? otherwise : kept === "on";
}

export function rememberSwitch(name, on) {
  localStorage.setItem(`canteen.${name}`, on ? "on" : "off");
}
