"""The family's door: what its pages tell, what they never tell, and what happens when the link ends."""

import io
import re
from datetime import timedelta
from itertools import chain, combinations

import pytest
from pypdf import PdfReader
from sqlalchemy import update
from werkzeug.test import TestResponse

from canteen import clock
from canteen.models.sites import Canteen
from canteen.rules.categories import REGISTER_CATEGORIES
from canteen.rules.family import SHOWS
from canteen.services import elder_desk, person_links
from canteen.services.elder_desk import ElderChanges
from tests.factories.links import LinkBrowser, open_family
from tests.factories.meals import make_meal
from tests.factories.people import make_top_up
from tests.factories.world import ELDERS, TODAY
from tests.web.conftest import Service

ID_NUMBER, PHONE, ADDRESS = "450702193602299803", "13800000001", "3栋2单元501"
PAGES = {
    "/family": None, "/family?month=2026-10": None, "/family/card": None,
    "/family/enrolment": None, "/family/statement": "account", "/family/statement/pdf": "account",
    "/family/delivery": "orders", "/family/deliveries": "orders",
}  # fmt: skip
"""Page → what the elder must show for it to be there."""
#: what anybody may open, and what is open on this machine
OPEN_TO_ALL = ("/sign-in", "/healthz", "/readyz", "/metrics", "/api/v1/docs", "/api/v1/openapi",
    "/volunteer/worker.js",
)  # fmt: skip
EVERY_CHOICE = [
    frozenset(chosen)
    for chosen in chain.from_iterable(combinations(SHOWS, size) for size in range(len(SHOWS) + 1))
]
#: P03 陆秀珍 gets 低保 and a scheme that names it
ELDER = "P03"


@pytest.fixture
def family(service: Service) -> LinkBrowser:
    """The daughter of 陆秀珍, who sees everything."""
    return _open(service)


def _open(service: Service, shows: frozenset[str] = frozenset(SHOWS)) -> LinkBrowser:
    return open_family(service.app, service.database, service.world.elders[ELDER], shows)


def _eat(service: Service, elder: str = ELDER, day: int | None = None) -> None:
    canteen_id, elder_id = service.world.canteens["C1"], service.world.elders[elder]
    on = TODAY if day is None else TODAY.replace(day=day)
    service.database.run(make_meal, canteen_id, elder_id, on)


def test_the_first_page_says_what_she_ate_and_what_is_left(
    service: Service, family: LinkBrowser
) -> None:
    assert "今天还没来吃饭" in family.text()
    _eat(service)
    page = family.text()
    for told in ("陆秀珍", "城南食堂", "今天 11:30 在食堂吃了午饭", "11 月吃了 1 餐", "自付"):
        assert told in page
    assert re.search(r'class="cur">¥</span>50\.00', page)


def test_a_month_before_is_one_tap_away_and_none_is_to_come(family: LinkBrowser) -> None:
    assert "10 月吃了 0 餐" in family.text("/family?month=2026-10")
    for asked in ("2027-01", "nonsense", "2026-13", "0026-11"):
        assert "11 月吃了 0 餐" in family.text(f"/family?month={asked}")


def test_the_statement_of_a_month_is_a_page_and_a_paper(
    service: Service, family: LinkBrowser
) -> None:
    service.database.run(
        make_top_up,
        service.world.elders[ELDER],
        service.world.canteens["C1"],
        2500,
        clock.instant(),
    )
    page = family.text("/family/statement?month=2026-11")
    assert "+¥25.00" in page
    assert "¥75.00" in page
    paper = family.get("/family/statement/pdf?month=2026-11")
    assert paper.mimetype == "application/pdf"
    assert paper.get_data().startswith(b"%PDF")


@pytest.mark.parametrize("shows", EVERY_CHOICE, ids=lambda shows: "+".join(sorted(shows)) or "none")
def test_no_byte_tells_of_another_elder_a_category_an_id_or_what_is_not_shown(
    service: Service, shows: frozenset[str]
) -> None:
    service.database.run(
        elder_desk.change_elder, number=ELDER, now=clock.instant(), by="test", origin=None,
        asked=ElderChanges("陆秀珍", "F", ID_NUMBER, PHONE, ADDRESS, canteen="C1"),
    )  # fmt: skip
    for elder in (ELDER, "P01", "P02"):
        _eat(service, elder)
    browser = _open(service, shows)
    words = chain.from_iterable((code, *names) for code, names in REGISTER_CATEGORIES.items())
    others = [(number, name) for number, name, *_ in ELDERS if number != ELDER]
    secrets = {*(name for _, name in others), *words, PHONE, ID_NUMBER}
    # A form's own random ids and tokens may hold any four digits.
    last_four = re.compile(rf"(?<![\w.-]){ID_NUMBER[-4:]}(?![\w-])")
    for path, needed in PAGES.items():
        for language in ("zh_CN", "en"):
            browser.client.set_cookie("canteen_locale", language)
            answer = browser.get(path)
            is_there = needed is None or needed in shows
            assert answer.status_code == (200 if is_there else 404), path
            told = _read(answer)
            assert [secret for secret in secrets if secret in told] == [], path
            assert not last_four.search(told), path
            assert not any(re.search(rf"\b{number}\b", told) for number, _ in others), path
            assert (ADDRESS in told) == (is_there and path == "/family/delivery")
    browser.client.set_cookie("canteen_locale", "zh_CN")
    page = browser.text("/family")
    assert ("11:30" in page) == ("meals" in shows)
    assert ('class="cal"' in page) == ("meals" in shows)
    assert ('class="fbal"' in page) == ("balance" in shows)
    assert ('class="flist"' in page) == ("account" in shows)
    assert ("50.00" in page) == ("balance" in shows or "account" in shows)
    if "account" in shows:
        assert ("余额" in browser.text("/family/statement")) == ("balance" in shows)


def _read(answer: TestResponse) -> str:
    """What a page or a paper says."""
    if answer.mimetype != "application/pdf":
        return answer.get_data(as_text=True)
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.get_data())).pages)


def test_an_ended_link_says_so_and_whom_to_ask(service: Service, family: LinkBrowser) -> None:
    service.database.run(lambda s: s.execute(update(Canteen).values(phone="0777-000 0000")))
    assert "停用" not in family.text()
    service.database.run(
        person_links.revoke_link, link_id=family.link.id, by="staff:wang", origin=None,
        now=clock.instant(),
    )  # fmt: skip
    page = family.text()
    assert "这个链接停用了" in page
    assert "城南食堂" in page
    assert "0777-000 0000" in page
    assert "陆秀珍" not in page
    assert family.get("/family/statement").headers["Location"] == "/family"
    again = service.app.test_client()
    assert again.get(f"/link/{family.link.token}").headers["Location"] == "/family"
    assert "这个链接停用了" in again.get("/family").get_data(as_text=True)


def test_an_elder_who_has_gone_is_shown_without_what_is_of_no_use(
    service: Service, family: LinkBrowser
) -> None:
    service.database.run(
        make_top_up, service.world.elders[ELDER], service.world.canteens["C1"], 100,
        clock.instant() - timedelta(hours=1),
    )  # fmt: skip
    assert "充值请到食堂服务台" in family.text()


def test_a_family_passes_its_own_doors_and_no_other(service: Service, family: LinkBrowser) -> None:
    for rule in service.app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint == "static":
            continue
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        answer = family.get(path)
        if rule.rule.startswith("/family"):
            assert answer.status_code == 200, path
        elif path == "/volunteer":
            assert 'name="pin"' in answer.get_data(as_text=True)
        elif rule.rule.startswith(OPEN_TO_ALL):
            continue
        else:
            assert answer.status_code in (303, 401, 403, 404), (path, answer.status)
