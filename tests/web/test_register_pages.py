"""The register's pages: what they show, what they take, and what lies outside the scope."""

import re

import pytest
from sqlalchemy import select

from canteen.models.audit import AuditLine
from canteen.models.people import Card, Elder
from tests.web.conftest import Service


def test_the_list_and_the_page_are_drawn(service: Service):
    browser = service.browser("secretary1")
    listed = browser.get("/community/elders").get_data(as_text=True)
    assert "黄桂兰" in listed
    assert "覃大山" not in listed

    page = browser.get("/community/elders/P03")

    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "陆秀珍" in text
    assert "低保" in text
    assert "¥50.00" in text
