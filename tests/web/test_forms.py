"""A page's form tells each fault beside its field and keeps what was typed."""

from datetime import date

import pytest

from canteen.rules.errors import Busy, Refused
from canteen.web.forms import Form
from tests.web.conftest import Service


@pytest.fixture(autouse=True)
def _zh(service: Service):
    with service.app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        yield


def test_what_is_right_is_read_and_leaves_no_fault():
    form = Form(
        {"name": " 韦德胜 ", "born": "1941-05-03", "price": "２.30", "level": "2", "ok": "on"}
    )

    assert form.text("name", most=10) == "韦德胜"
    assert form.day("born") == date(1941, 5, 3)
    assert form.yuan("price") == 230
    assert form.whole("level", least=1, most=4) == 2
    assert form.yes("ok")
    assert not form.yes("not there")
    assert form.faults == {}


@pytest.mark.parametrize(
    "typed",
    [
        "2026-02-30",
        "25.11.2026",
        "2026-1-5",
        "٢٠٢٦-٠١-٠١",
        "0026-11-25",
        "9999-12-31",
    ],
)
def test_a_day_that_is_none_is_told_beside_its_field(typed: str):
    form = Form({"on": typed})

    assert form.day("on") is None
    assert "没有这一天" in form.faults["on"]


def test_what_is_missing_is_told_unless_it_may_be():
    form = Form({})

    form.text("a")
    form.day("b")
    form.yuan("c")
    form.whole("d")
    form.choice("e", ("x",))
    assert set(form.faults) == {"a", "b", "c", "d", "e"}

    free = Form({})
    assert free.text("a", is_needed=False) == ""
    assert free.day("b", is_needed=False) is None
    assert free.yuan("c", is_needed=False) is None
    assert free.whole("d", is_needed=False) is None
    assert free.choice("e", ("x",), is_needed=False) == ""
    assert free.faults == {}


def test_what_cannot_be_kept_or_is_out_of_range_is_told():
    form = Form({"long": "字" * 11, "bad": "a\x0bb", "much": "7", "word": "y", "fen": "2.301"})

    form.text("long", most=10)
    form.text("bad")
    form.whole("much", most=4)
    assert form.choice("word", ("x",)) == ""
    form.yuan("fen")
    assert set(form.faults) == {"long", "bad", "much", "word", "fen"}


def test_a_refusal_of_the_use_case_is_told_on_the_page_and_a_busy_store_is_not_hidden():
    form = Form({})
    form.day("born", is_needed=False)

    with form.refusals():
        raise Refused("x", "不行", "no")
    with form.refusals():
        raise Refused("x", "这里不行", "not here", field="born")
    assert form.faults == {"": "不行", "born": "这里不行"}
    with pytest.raises(Busy), form.refusals():
        raise Busy


def test_a_fault_of_a_field_that_the_form_does_not_have_is_told_of_the_whole_form():
    form = Form({"purpose": "预拨"})
    form.text("purpose")

    with form.refusals():
        raise Refused("x", "到账日期还没到", "It cannot have arrived yet", field="arrived_on")

    assert form.faults == {"": "到账日期还没到"}
