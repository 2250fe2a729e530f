"""What a cashier's hands and a keyboard reader do at the page, for the tests of its keys."""

from playwright.sync_api import Page, expect

from tests.e2e.counter_double import Double
from tests.e2e.live import wait_until

#: a keyboard reader: all keys at once, as a hand can't; then Enter
BURST = """([text, how]) => {
  const target = document.activeElement || document.body;
  const press = (key, code) =>
    target.dispatchEvent(new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }));
  for (const c of text) {
    const place = /[0-9]/.test(c) ? "Digit" + c : /[a-z]/i.test(c) ? "Key" + c.toUpperCase() : "";
    press(how === "ime" ? "Process" : c, how === "none" ? "" : place);
  }
  press("Enter", "Enter");
}"""
#: a quick hand: one key after the other, sooner than the page knows that no burst follows
QUICK = """codes => {
  for (const code of codes)
    document.body.dispatchEvent(
      new KeyboardEvent("keydown", { key: code.replace("Digit", ""), code, bubbles: true }));
}"""


def wait_for_write(double: Double, count: int = 1) -> tuple[str, str, dict]:
    """The last of `count` writes, once the double has them, and no more."""
    wait_until(lambda: len(double.world.writes) >= count, f"{count} writes have come")
    assert len(double.world.writes) == count, double.world.writes
    return double.world.writes[-1]


def show(page: Page, double: Double, kind: str, body: dict, state: str) -> None:
    """Push an event and wait until the page has drawn it."""
    double.world.push(kind, body)
    expect(page.locator("body")).to_have_attribute("data-state", state)


def wait_for_last(page: Page, double: Double) -> None:
    """Until the page has drawn the last of the double's events."""
    if double.world.events:
        last = double.world.events[-1]
        state = last["body"].get("outcome") or last["type"]
        expect(page.locator("body")).to_have_attribute("data-state", state)


def type_name(page: Page, letters: str) -> None:
    """Type a name's letters and wait until those are listed whom all of them mean."""
    page.keyboard.type(letters, delay=120)
    expect(page.locator("#found:not([aria-busy])")).to_be_visible()


def wait_for_dialog(page: Page) -> None:
    """A dialog takes Enter only after it has stood for a moment."""
    expect(page.locator("dialog[data-ready]")).to_be_visible()
