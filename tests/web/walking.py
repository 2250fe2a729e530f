"""Walking through all routes of the app: each with an address and a body that are right in shape."""

import re
from uuid import uuid4

from werkzeug.routing import Rule

from tests.factories.requests import Browser
from tests.web.conftest import Service

#: a body that is right in shape, so that the guard and not the shape decides
BODIES: dict[str, dict[str, object]] = {
    "counter.put_sale": {"kind": "amount", "amount_fen": 100},
    "counter.post_meal": {"guest": True, "kind": "set"},
    "counter.post_typed_swipe": {"card": "0000000001"},
    "counter.assign_card": {"swipe": str(uuid4()), "elder": "P01"},
    "counter.keep_card": {"swipe": str(uuid4())},
    "acts.void_meal": {"reason": "other"},
    "acts.post_top_up": {"elder": "P01", "amount": "1"},
    "acts.void_top_up": {"reason": "x"},
    "acts.post_pay_out": {"elder": "P01", "amount_fen": 1, "paid_to": "x"},
}


def list_routes(service: Service) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in service.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def fill_address(rule: Rule, counter_id: int) -> str:
    filled = re.sub(r"<[^>]*counter_id>", str(counter_id), rule.rule)
    filled = re.sub(r"<path:filename>", "tokens.css", filled)
    filled = re.sub(r"<number:[^>]+>", "1", filled)
    return re.sub(r"<[^>]+>", str(uuid4()), filled)


def make_body(rule: Rule, counter_id: int) -> dict[str, object]:
    body = {"id": str(uuid4()), **BODIES.get(rule.endpoint, {})}
    if rule.endpoint in ("acts.post_top_up", "acts.post_pay_out"):
        body["counter"] = counter_id
    return body


def send(browser: Browser, rule: Rule, method: str, counter_id: int) -> int:
    address = fill_address(rule, counter_id)
    if rule.rule.startswith("/api/"):
        if method == "GET":
            return browser.get(address).status_code
        return browser.send(method, address, make_body(rule, counter_id)).status_code
    if method == "GET":
        return browser.get(address).status_code
    return browser.post_form(address).status_code
