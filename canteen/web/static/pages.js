// What every server-made page may do beyond plain HTML: show a password, switch to high contrast.
// The buttons are hidden until this script has made them work.

for (const button of document.querySelectorAll("[data-show-password]")) {
  const input = document.getElementById(button.dataset.showPassword);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    input.focus();
  });
}

const root = document.documentElement;
for (const button of document.querySelectorAll("[data-contrast-button]")) {
  button.hidden = false;
  button.setAttribute("aria-pressed", String(root.dataset.contrast === "high"));
  button.addEventListener("click", () => {
    const high = root.dataset.contrast !== "high";
    if (high) root.dataset.contrast = "high";
    else delete root.dataset.contrast;
    button.setAttribute("aria-pressed", String(high));
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `canteen_contrast=${high ? "high" : ""}; Path=/; Max-Age=34560000; SameSite=Lax${secure}`;
  });
}
