"""What the browser tests may ask for: Chromium, a page that keeps its complaints, the double, a phone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.counter_double import NOW, Double, World
from tests.e2e.counter_script import FOUND, make_display_state, make_state
from tests.e2e.desk import LANGUAGES
from tests.e2e.live import wait_until
from tests.e2e.volunteer_round import KEPT, SIZE, Round, carry_lunch

#: Chromium without the windows, bars and their own pages, which take it longer than a page of ours
CHROMIUM = "/usr/bin/chromium-headless-shell"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
]
#: a busy machine takes its time, and who waits for what will come waits no longer than it takes
PATIENCE_MS = 30_000
#: a loudspeaker for a machine that has none: it keeps what it was told to say
SPEAKER = """
(voices => {
  const said = [];
  const speech = new EventTarget();
  speech.getVoices = () => voices.map(lang => ({ lang, name: lang, localService: true }));
  speech.cancel = () => said.push(null);
  speech.speak = line => said.push(line.text);
  class Line { constructor(text) { this.text = text; } }
  Object.defineProperty(window, "speechSynthesis", { value: speech });
  Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Line });
  window.said = said;
})
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Screen:
    """A page and all it complained about, and every address it asked for."""

    page: Page
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)


@pytest.fixture
def make_screen(browser: Browser) -> Iterator[Callable[..., Screen]]:
    """A maker of pages: `make_screen(width, height, voices=["zh-CN"])`."""
    contexts: list[BrowserContext] = []

    def make(width: int, height: int, voices: list[str] | None = None) -> Screen:
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if voices is not None:
            context.add_init_script(f"{SPEAKER.strip()}({voices!r})")
        screen = Screen(context.new_page(), context)

        def complain(text: str) -> None:
            screen.complaints.append(text)

        screen.page.on("pageerror", lambda error: complain(f"page error: {error}"))
        screen.page.on(
            "console",
            lambda message: complain(message.text) if message.type == "error" else None,
        )
        screen.page.on("request", lambda asked: screen.addresses.add(asked.url))
        return screen

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def double() -> Iterator[Double]:
    playing = Double(World(make_state(NOW), make_display_state(NOW)))
    yield playing
    playing.stop()


@pytest.fixture
def counter_page(make_screen: Callable[..., Screen], double: Double) -> Page:
    """The cashier's page, open and drawn, at a service that takes sales and finds two people."""
    sale = {"keyed_at": NOW, "expires_at": "2026-03-18T11:43:08+08:00"}
    double.world.answers["PUT sale"] = (200, {"sale": sale})
    double.world.elders = FOUND
    page = make_screen(1366, 768).page
    page.goto(f"{double.counter_url}?lang=zh")
    expect(page.locator("#keys button")).to_have_count(6)
    return page


@pytest.fixture
def carried(tmp_path: Path) -> Iterator[Round]:
    """A canteen whose lunch is on its way to the doors."""
    with carry_lunch(tmp_path) as carrying:
        yield carrying


@pytest.fixture
def open_phone(carried: Round, make_screen: Callable[..., Screen]) -> Callable[..., Screen]:
    """A way to the page of one who carries: `open_phone("刘春燕", lang="en")`."""

    def open_it(name: str = "何志平", lang: str = "zh") -> Screen:
        screen = make_screen(*SIZE)
        screen.context.add_cookies(
            [{"name": "canteen_locale", "value": LANGUAGES[lang], "url": carried.live.address}]
        )
        screen.page.goto(carried.link(name))
        expect(screen.page).to_have_url(f"{carried.live.address}/volunteer")
        wait_until(lambda: screen.page.evaluate(KEPT) is not None, "the phone keeps the round")
        return screen

    return open_it


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where pictures go; the folder is not kept in the repository."""
    folder = Path(__file__).parents[2] / "shots"
    folder.mkdir(exist_ok=True)
    return folder
