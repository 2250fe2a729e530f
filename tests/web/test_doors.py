"""Every address has its door: all routes are walked as nobody, as each role, and from outside the scope."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from canteen import clock
from canteen.models.metadata import metadata
from canteen.rules.roles import PERMISSIONS, STAFF_ROLES
from canteen.services import person_links, places
from canteen.services.person_links import NewLink
from tests.factories.deliveries import make_volunteer
from tests.factories.links import make_enrolment_link, make_family_link, make_volunteer_link
from tests.factories.requests import Browser
from tests.web.conftest import ACCOUNTS, Service

#: what a route asks for. "open": nobody's data; "this machine": open there; "signed": a reader's key;
#: "session": whoever is signed in; "display": a display link or a cashier; "… link": a live link of that
#: kind, and no official; else a permission.
OPEN, HERE, SIGNED, SESSION, DISPLAY, TOKEN = (
    "open",
    "here",
    "signed",
    "session",
    "display",
    "token",
)
VOLUNTEER, FAMILY, ENROLMENT = LINKS = ("volunteer link", "family link", "enrolment link")
WANTED: dict[str, str] = {
    "static": OPEN,
    "sign_in.sign_in_page": OPEN,
    "sign_in.sign_in_try": OPEN,
    "sign_in.sign_out": OPEN,
    "sign_in.choose_language": OPEN,
    "sign_in.home": OPEN,
    "sign_in.session_start": OPEN,
    "sign_in.session_show": SESSION,
    "sign_in.session_end": SESSION,
    "operation.healthz": OPEN,
    "operation.readyz": OPEN,
    "operation.show_metrics": HERE,
    "operation.openapi": HERE,
    "operation.docs": HERE,
    "reader.post_swipe": SIGNED,
    "reader.post_batch": SIGNED,
    "reader.get_own_lists": SIGNED,
    "reader.put_own_health": SIGNED,
    "counter.choose_counter": "counter.view",
    "counter.counter_page": "counter.view",
    "counter.show_counter": "counter.view",
    "counter.find_elders": "elder.find counter.view",
    "counter.put_sale": "counter.sell",
    "counter.clear_sale": "counter.sell",
    "counter.post_meal": "counter.sell",
    "counter.post_typed_swipe": "counter.sell",
    "counter.assign_card": "card.assign counter.view",
    "counter.keep_card": "counter.sell",
    "acts.void_meal": "meal.void",
    "acts.post_top_up": "top_up.take",
    "acts.void_top_up": "top_up.take",
    "acts.post_pay_out": "top_up.pay_out",
    "display.open_display": TOKEN,
    "display.display_page": DISPLAY,
    "display.show_display": DISPLAY,
    "display.list_events": DISPLAY,
    "community.index": "community.view",
    "community.create_display": "community.view display.link",
    "community.revoke_display": "community.view display.link",
    "community.welfare_owed": "community.view welfare.write",
    "community.welfare_open": "community.view welfare.write",
    "community.welfare_print": "community.view welfare.write",
    "community.welfare_show": "community.view welfare.write",
    "community.welfare_note": "community.view welfare.write",
    "community.welfare_phones": "community.view welfare.write elder.unmask",
    "community.imports": "community.view roster.import",
    "community.imports_send": "community.view roster.import",
    "community.imports_columns": "community.view roster.import",
    "community.imports_columns_choose": "community.view roster.import",
    "community.imports_show": "community.view roster.import",
    "community.imports_mend": "community.view roster.import",
    "community.imports_write": "community.view roster.import",
    "community.imports_done": "community.view roster.import",
    "community.imports_put_away": "community.view roster.import",
    "community.imports_rejected": "community.view roster.import",
    "community.register_lists": "community.view register.match",
    "community.register_lists_send": "community.view register.match",
    "community.register_lists_show": "community.view register.match",
    "community.register_lists_decide": "community.view register.match",
    "community.register_lists_columns": "community.view register.match",
    "community.register_lists_put_away": "community.view register.match",
    "community.register_lists_meals": "community.view register.match",
    "community.food_choose": "community.view",
    "community.food_list": "community.view food.settle",
    "community.food_show": "community.view food.settle",
    "community.food_close": "community.view food.settle",
    "community.food_meal": "community.view food.settle",
    "community.prices_choose": "community.view",
    "community.prices_show": "community.view price.write",
    "community.prices_set": "community.view price.write",
    "community.prices_file": "community.view price.write",
    "community.prices_end": "community.view price.write",
    "community.calendar_choose": "community.view",
    "community.calendar_show": "community.view calendar.write",
    "community.calendar_weekdays": "community.view calendar.write",
    "community.calendar_window": "community.view calendar.write",
    "community.calendar_close": "community.view calendar.write",
    "community.calendar_open": "community.view calendar.write",
    "counter.cash": "cash.count counter.view",
    "counter.cash_count": "cash.count counter.view",
    "community.days": "community.view day.view",
    "community.days_today": "community.view day.view",
    "community.days_show": "community.view day.view",
    "community.days_live": "community.view day.view",
    "community.days_lines": "community.view day.view",
    "community.days_paper": "community.view day.view",
    "community.days_download": "community.view day.view",
    "community.days_sign": "community.view day.sign",
    "community.days_cash": "community.view cash.count",
    "community.days_portions": "community.view kitchen.record",
    "community.days_remark": "community.view day.sign",
    "community.corrections": "community.view correction.ask",
    "community.corrections_show": "community.view correction.ask",
    "community.corrections_meal": "community.view correction.ask",
    "community.corrections_ask": "community.view correction.ask",
    "community.corrections_again": "community.view correction.ask",
    "community.corrections_ask_again": "community.view correction.ask",
    "street.corrections": "street.view correction.decide",
    "street.corrections_show": "street.view correction.decide",
    "street.corrections_decide": "street.view correction.decide",
    "finance.corrections": "finance.view correction.decide",
    "finance.corrections_show": "finance.view correction.decide",
    "finance.corrections_decide": "finance.view correction.decide",
    "finance.corrections_meal": "finance.view correction.ask",
    "finance.corrections_ask": "finance.view correction.ask",
    "finance.corrections_again": "finance.view correction.ask",
    "finance.corrections_ask_again": "finance.view correction.ask",
    "community.checks": "community.view check.answer",
    "community.checks_show": "community.view check.answer",
    "community.checks_answer": "community.view check.answer",
    "community.orders": "community.view delivery.write",
    "community.orders_approve": "community.view delivery.write",
    "community.orders_decline": "community.view delivery.write",
    "community.elder_delivery_show": "community.view elder.view",
    **dict.fromkeys(
        (
            "community.elder_delivery_order",
            "community.elder_delivery_order_try",
            "community.elder_delivery_end",
            "community.elder_delivery_end_try",
            "community.elder_delivery_pause",
            "community.elder_delivery_pause_try",
            "community.elder_delivery_resume",
            "community.elder_delivery_exception",
            "community.elder_delivery_exception_try",
            "community.elder_delivery_exception_off",
            "community.elder_delivery_door",
            "community.elder_delivery_door_try",
        ),
        "community.view delivery.write",
    ),
    "counter.orders": "counter.view delivery.ask",
    "counter.orders_form": "counter.view delivery.ask",
    "counter.orders_ask": "counter.view delivery.ask",
    "community.deliveries": "community.view delivery.write",
    "community.deliveries_now": "community.view delivery.write",
    "community.deliveries_show": "community.view delivery.write",
    "community.deliveries_live": "community.view delivery.write",
    "community.deliveries_version": "community.view delivery.write",
    "community.deliveries_seen": "community.view delivery.write",
    **dict.fromkeys(
        (
            "community.deliveries_plan",
            "community.deliveries_assign",
            "community.deliveries_away",
            "community.deliveries_leave",
            "community.deliveries_again",
            "community.deliveries_print_runs",
            "community.deliveries_print_labels",
            "community.deliveries_print_register",
            "community.deliveries_print_register_file",
            "community.deliveries_stop_report",
            "community.deliveries_stop_decide",
            "community.deliveries_stop_keep",
            "community.deliveries_stop_give_back",
            "community.deliveries_stop_again",
            "community.deliveries_stop_leave",
            "community.deliveries_stop_call_off",
        ),
        "community.view delivery.write",
    ),
    "community.deliveries_stop": "community.view delivery.write",
    "community.deliveries_stop_phones": "community.view delivery.write elder.unmask",
    "community.deliveries_stop_step": "community.view delivery.write",
    "street.days_show": "street.view day.view",
    "street.days_live": "street.view day.view",
    "street.days_lines": "street.view day.view",
    "street.days_paper": "street.view day.view",
    "street.days_download": "street.view day.view",
    "street.days_reopen": "street.view day.reopen",
    "community.elders": "community.view elder.view",
    "community.elders_find": "community.view elder.view",
    "community.elders_show": "community.view elder.view",
    "community.elders_add": "community.view elder.write",
    "community.elders_add_try": "community.view elder.write",
    "community.elders_edit": "community.view elder.write",
    "community.elders_edit_try": "community.view elder.write",
    "community.elders_fact_add": "community.view elder.write",
    "community.elders_fact_add_try": "community.view elder.write",
    "community.elders_fact_withdraw": "community.view elder.write",
    "community.elders_gone": "community.view elder.write",
    "community.elders_gone_try": "community.view elder.write",
    "community.elders_note_unmask": "community.view elder.unmask",
    "community.elders_note_consent": "community.view elder.write",
    "community.elders_note_consent_try": "community.view elder.write",
    "community.elders_note_contact": "community.view elder.write",
    "community.elders_note_contact_try": "community.view elder.write",
    "community.elders_note_diet": "community.view elder.write",
    "community.elders_note_diet_try": "community.view elder.write",
    "community.elders_note_withdraw": "community.view elder.write",
    "community.elders_card_issue": "community.view card.assign",
    "community.elders_card_issue_try": "community.view card.assign",
    "community.elders_card_lost": "community.view card.block",
    "community.elders_card_lost_try": "community.view card.block",
    "community.elders_card_replace": "community.view card.block card.assign",
    "community.elders_card_replace_try": "community.view card.block card.assign",
    "community.elders_card_lift": "community.view card.block",
    "community.elders_card_return": "community.view card.assign",
    "community.elders_cards": "community.view elder.view",
    "community.elders_cards_print": "community.view elder.view",
    "community.elders_purses": "community.view elder.view",
    "community.elders_account_statement": "community.view elder.view",
    "community.elders_account_print": "community.view elder.view",
    "community.elders_account_top_up": "community.view top_up.take",
    "community.elders_account_top_up_try": "community.view top_up.take",
    "community.elders_account_pay_out": "community.view top_up.pay_out",
    "community.elders_account_pay_out_try": "community.view top_up.pay_out",
    "community.elders_account_write_off": "community.view debt.record",
    "community.elders_account_write_off_try": "community.view debt.record",
    "community.elders_write_off_decide": "community.view debt.record",
    "community.elders_family": "community.view family.link",
    "community.elders_family_make": "community.view family.link",
    "community.elders_family_change": "community.view family.link",
    "community.elders_family_revoke": "community.view family.link",
    "community.enrolments_list": "community.view elder.write",
    "community.enrolments_show": "community.view elder.write",
    "community.enrolments_unmask": "community.view elder.write elder.unmask",
    "community.enrolments_approve": "community.view elder.write",
    "community.enrolments_known": "community.view elder.write",
    "community.enrolments_decline": "community.view elder.write",
    "community.enrolments_link": "community.view family.link",
    "community.enrolments_revoke": "community.view family.link",
    "community.elders_moves": "community.view elder.view",
    "community.elders_move_decide": "community.view elder.write",
    "community.elders_move_ask": "community.view elder.write",
    "community.elders_move_ask_try": "community.view elder.write",
    "community.elders_move_join": "community.view elder.write",
    "community.elders_merges": "community.view elder.view",
    "community.elders_merge": "community.view elder.write",
    "kitchen.cook_choose": "kitchen.view",
    "kitchen.cook_show": "kitchen.view",
    "kitchen.cook_print": "kitchen.view",
    "kitchen.cook_plan": "kitchen.view kitchen.record",
    "kitchen.cook_portions": "kitchen.view kitchen.record",
    "kitchen.cook_menu": "kitchen.view",
    "kitchen.cook_menu_print": "kitchen.view",
    "kitchen.cook_menu_set": "kitchen.view kitchen.record",
    "kitchen.cook_contents": "kitchen.view kitchen.record",
    "kitchen.cook_records": "kitchen.view",
    "kitchen.cook_sample": "kitchen.view kitchen.record",
    "kitchen.cook_sample_discard": "kitchen.view kitchen.record",
    "kitchen.cook_temperature": "kitchen.view kitchen.record",
    "kitchen.cook_supplies": "kitchen.view",
    "kitchen.cook_supply": "kitchen.view kitchen.record",
    "kitchen.cook_supply_back": "kitchen.view kitchen.record",
    "street.index": "street.view",
    "links.open_link": TOKEN,
    "links.leave": OPEN,
    "volunteer.index": OPEN,
    "volunteer.enter": OPEN,
    "volunteer.worker": OPEN,
    "volunteer.empty": VOLUNTEER,
    "community.deliveries_months": "community.view volunteer.write",
    "community.deliveries_month_now": "community.view volunteer.write",
    "community.deliveries_month": "community.view volunteer.write",
    "community.deliveries_month_print": "community.view volunteer.write",
    "community.deliveries_month_export": "community.view volunteer.write",
    "community.volunteers": "community.view volunteer.write",
    "community.volunteers_add": "community.view volunteer.write",
    "community.volunteers_add_try": "community.view volunteer.write",
    "community.volunteers_show": "community.view volunteer.write",
    "community.volunteers_change": "community.view volunteer.write",
    "community.volunteers_change_try": "community.view volunteer.write",
    "community.volunteers_absent": "community.view volunteer.write",
    "community.volunteers_back": "community.view volunteer.write",
    "community.volunteers_end": "community.view volunteer.write",
    "community.volunteers_phone": "community.view volunteer.write",
    "community.volunteers_links": "community.view volunteer.write",
    "community.volunteers_links_all": "community.view volunteer.write",
    "community.volunteers_links_make": "community.view volunteer.write",
    "community.volunteers_links_revoke": "community.view volunteer.write",
    "volunteer.run_show": VOLUNTEER,
    "volunteer.reports_post": VOLUNTEER,
    "volunteer.reports_form": VOLUNTEER,
    "finance.index": "finance.view",
    "finance.pictures": "finance.view claim.view",
    "finance.claims": "finance.view claim.view",
    "finance.claims_show": "finance.view claim.view",
    "finance.claims_print": "finance.view claim.view",
    "finance.claims_answer": "finance.view check.answer",
    **dict.fromkeys(
        (
            "finance.claims_approve",
            "finance.claims_approve_try",
            "finance.claims_return",
            "finance.claims_return_try",
        ),
        "finance.view claim.approve",
    ),
    **dict.fromkeys(
        (
            "finance.claims_draw",
            "finance.claims_check",
            "finance.claims_redraw",
            "finance.claims_submit",
            "finance.claims_submit_try",
            "finance.claims_withdraw",
            "finance.claims_withdraw_try",
            "finance.claims_hold",
            "finance.claims_hold_try",
            "finance.claims_lift",
            "finance.claims_lift_try",
            "finance.claims_discard",
            "finance.claims_discard_try",
            "finance.claims_remark",
            "finance.claims_remark_try",
        ),
        "finance.view claim.write",
    ),
    **dict.fromkeys(
        (
            "finance.exports",
            "finance.exports_ask",
            "finance.exports_group",
            "finance.exports_show",
            "finance.exports_stop",
            "finance.exports_file",
            "finance.exports_verifier",
        ),
        "finance.view claim.export",
    ),
    "finance.checks": "finance.view claim.view",
    "finance.checks_policy": "finance.view check.policy",
    "finance.payments_show": "finance.view claim.view",
    "finance.payments_record": "finance.view claim.pay",
    "finance.payments_reverse": "finance.view claim.pay",
    "finance.claw_backs_show": "finance.view claim.view",
    "finance.claw_backs_ask": "finance.view correction.ask",
    "finance.claw_backs_decide": "finance.view correction.decide",
    "finance.receivables_list": "finance.view claim.view",
    "finance.receivables_print": "finance.view claim.view",
    "finance.advances_list": "finance.view claim.view",
    "finance.advances_record": "finance.view claim.pay",
    "finance.advances_print": "finance.view claim.view",
    "finance.statements_choose": "finance.view claim.view",
    "finance.statements_show": "finance.view claim.view",
    "finance.statements_send": "finance.view claim.pay",
    "finance.statements_match": "finance.view claim.pay",
    "finance.statements_advance": "finance.view claim.pay",
    "finance.funds_list": "finance.view fund.view",
    "finance.funds_show": "finance.view fund.view",
    "finance.funds_account_now": "finance.view fund.view",
    "finance.funds_account": "finance.view fund.view",
    "finance.funds_account_print": "finance.view fund.view",
    "community.donations_choose": "community.view donation.take",
    "community.donations_show": "community.view donation.take",
    "community.donations_take": "community.view donation.take",
    "community.donations_receipt": "community.view donation.take",
    "community.donations_reverse": "community.view donation.take",
    "community.donations_account_now": "community.view fund.view",
    "community.donations_account": "community.view fund.view",
    "community.donations_account_print": "community.view fund.view",
    "auditor.index": "audit.view",
    "auditor.find": "audit.view",
    "auditor.samples": "audit.view",
    "auditor.samples_print": "audit.view",
    "auditor.meals_show": "audit.view",
    "auditor.corrections": "audit.view",
    "auditor.corrections_show": "audit.view",
    "auditor.closes": "audit.view",
    "auditor.closes_show": "audit.view",
    "auditor.closes_print": "audit.view",
    "auditor.closes_print_day": "audit.view",
    "auditor.receipts": "audit.view",
    "auditor.receipts_show": "audit.view",
    "auditor.trail": "audit.view",
    "auditor.cards": "audit.view",
    "auditor.cards_show": "audit.view",
    "auditor.elders_show": "audit.view",
    "auditor.days_show": "audit.view day.view",
    "auditor.days_live": "audit.view day.view",
    "auditor.days_lines": "audit.view day.view",
    "auditor.days_paper": "audit.view day.view",
    "auditor.days_download": "audit.view day.view",
    "family.index": OPEN,
    "family.enter": OPEN,
    "family.statement": FAMILY,
    "family.statement_print": FAMILY,
    "family.delivery": FAMILY,
    "family.delivery_ask": FAMILY,
    "family.deliveries": FAMILY,
    "family.deliveries_pause": FAMILY,
    "family.deliveries_off": FAMILY,
    "family.deliveries_back": FAMILY,
    "family.deliveries_end": FAMILY,
    "family.card": FAMILY,
    "family.card_lost": FAMILY,
    "family.enrolment": ENROLMENT,
    "family.enrolment_ask": ENROLMENT,
    "admin.index": "admin.view",
    "admin.workdays_show": "admin.view workdays.write",
    "admin.workdays_enter": "admin.view workdays.write",
    "admin.create_display": "admin.view display.link",
    "admin.revoke_display": "admin.view display.link",
}
#: door → the links that open it
OPENED_BY = {VOLUNTEER: (VOLUNTEER,), FAMILY: (FAMILY,), ENROLMENT: (FAMILY, ENROLMENT)}
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


def _routes(service: Service) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in service.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def _address(rule: Rule, counter_id: int) -> str:
    filled = re.sub(r"<[^>]*counter_id>", str(counter_id), rule.rule)
    filled = re.sub(r"<path:filename>", "tokens.css", filled)
    filled = re.sub(r"<number:[^>]+>", "1", filled)
    return re.sub(r"<[^>]+>", str(uuid4()), filled)


def _body(rule: Rule, counter_id: int) -> dict[str, object]:
    body = {"id": str(uuid4()), **BODIES.get(rule.endpoint, {})}
    if rule.endpoint in ("acts.post_top_up", "acts.post_pay_out"):
        body["counter"] = counter_id
    return body


def _send(browser: Browser, rule: Rule, method: str, counter_id: int) -> int:
    address = _address(rule, counter_id)
    if rule.rule.startswith("/api/"):
        if method == "GET":
            return browser.get(address).status_code
        return browser.send(method, address, _body(rule, counter_id)).status_code
    if method == "GET":
        return browser.get(address).status_code
    return browser.post_form(address).status_code


def test_every_route_names_its_door(service: Service):
    endpoints = {rule.endpoint for rule, _ in _routes(service)}

    assert endpoints == set(WANTED), (
        "give every route its line in WANTED, and drop those that are gone"
    )
    asked = {word for want in WANTED.values() for word in want.split() if "." in word}
    assert asked <= {permission for held in PERMISSIONS.values() for permission in held}


def test_a_stranger_passes_no_door(service: Service):
    for rule, method in _routes(service):
        want = WANTED[rule.endpoint]
        client = service.app.test_client()
        address = _address(rule, service.world.counters["C1-1"])
        answer = client.open(
            address, method=method, json=_body(rule, 1) if method != "GET" else None
        )
        if want in (OPEN, HERE):
            continue
        if want in LINKS:
            _assert_no_link(answer, rule, method)
        elif want == TOKEN:
            assert answer.status_code == 404, address
        elif rule.rule.startswith("/api/"):
            assert answer.status_code == 401, (method, address)
            assert answer.mimetype == "application/problem+json"
        elif method == "GET":
            assert answer.status_code == 303, address
            assert answer.headers["Location"].startswith("/sign-in?next="), address
        else:
            assert answer.status_code == 403, (method, address)


def _assert_no_link(answer: TestResponse, rule: Rule, method: str) -> None:
    """A page leads to where the PIN is typed; all else is refused."""
    if method == "GET" and not rule.rule.startswith("/api/"):
        assert answer.status_code == 303, rule.rule
        assert answer.headers["Location"] in ("/volunteer", "/family", "/family/enrolment")
    else:
        assert answer.status_code == 403, (method, rule.rule)


def test_a_role_passes_the_doors_of_its_table_and_no_other(service: Service):
    for name, (role, _scope) in ACCOUNTS.items():
        if name not in (
            "cashier1",
            "kitchen1",
            "secretary1",
            "street1",
            "volunteer1",
            "finance1",
            "auditor1",
            "admin1",
        ):
            continue
        browser = service.browser(name)
        for rule, method in _routes(service):
            want = WANTED[rule.endpoint]
            if want in (OPEN, HERE, SESSION, TOKEN):
                continue
            status = _send(browser, rule, method, service.world.counters["C1-1"])
            where = f"{role} {method} {rule.rule}: {status}"
            if want == SIGNED:
                assert status == 401, where
            elif want in LINKS:  # an official is nobody there
                is_page = method == "GET" and not rule.rule.startswith("/api/")
                assert status == (303 if is_page else 403), where
            elif all(
                word in PERMISSIONS[role]
                for word in (want.split() if want != DISPLAY else ["counter.view"])
            ):
                assert status not in (401, 403), where
            else:
                assert status == 403, where


def test_what_lies_outside_the_scope_answers_as_if_it_did_not_exist(service: Service):
    for name in ("cashier1", "secretary1", "admin1"):
        browser, role = service.browser(name), ACCOUNTS[name][0]
        for rule, method in _routes(service):
            want = WANTED[rule.endpoint]
            named = "counter_id" in rule.rule or rule.endpoint in (
                "acts.post_top_up",
                "acts.post_pay_out",
            )
            if want in (OPEN, HERE, SIGNED, SESSION, TOKEN, *LINKS) or not named:
                continue
            needed = want.split() if want != DISPLAY else ["counter.view"]
            if not all(word in PERMISSIONS[role] for word in needed):
                continue
            for counter_id in (service.world.counters["C2-1"], 999_999):
                status = _send(browser, rule, method, counter_id)
                assert status == 404, f"{name} {method} {rule.rule}: {status}"


def test_an_outside_object_and_a_missing_one_answer_alike(service: Service):
    cashier = service.browser("cashier1")

    foreign = cashier.get(service.counter("C2-1"))
    missing = cashier.get("/api/v1/counters/999999")

    assert foreign.status_code == missing.status_code == 404
    assert foreign.get_json() == missing.get_json()
    assert "河东" not in foreign.get_data(as_text=True)


def test_no_route_that_reads_takes_a_write(service: Service):
    """O-089: a state-changing address answers GET with 405, also to the signed-in cashier."""
    browser = service.browser("cashier1")
    ways: dict[str, set[str]] = {}
    for rule, method in _routes(service):
        ways.setdefault(rule.rule, set()).add(method)
    for rule, method in _routes(service):
        if "GET" not in ways[rule.rule]:
            answer = browser.get(_address(rule, service.world.counters["C1-1"]))
            assert answer.status_code == 405, rule.rule
            assert method in answer.headers["Allow"], rule.rule


@pytest.mark.both_databases
def test_reading_changes_nothing(service: Service):
    browsers = [service.browser(name) for name in ("cashier1", "secretary1", "admin1", "auditor1")]
    before = service.database.read(_all_rows)

    for rule, method in _routes(service):
        if method == "GET":
            for browser in browsers:
                browser.get(_address(rule, service.world.counters["C1-1"]))

    assert service.database.read(_all_rows) == before


def _all_rows(session: Session) -> dict[str, list[Any]]:
    return {
        table.name: sorted(map(repr, session.execute(table.select())))
        for table in metadata.sorted_tables
    }


def test_a_write_without_its_token_books_nothing(service: Service):
    """O-089: neither an image nor a self-posting form of another page can top up, void or sell."""
    browser = service.browser("cashier1")
    before = service.database.read(_all_rows)

    for rule, method in _routes(service):
        if method == "GET" or WANTED[rule.endpoint] in (SIGNED,):
            continue
        address = _address(rule, service.world.counters["C1-1"])
        body = _body(rule, service.world.counters["C1-1"])
        for csrf in (None, "", "wrong"):
            answer = browser.send(method, address, body, csrf=csrf)
            assert answer.status_code == 403, (method, address, csrf)
        form = browser.client.open(
            address, method=method, data={"csrf": "wrong", **{k: str(v) for k, v in body.items()}}
        )
        assert form.status_code == 403, (method, address)

    assert service.database.read(_all_rows) == before


def test_a_form_body_with_a_right_token_is_still_no_json(service: Service):
    browser = service.browser("cashier1")

    answer = browser.client.post(
        "/api/v1/top-ups",
        data={"csrf": browser.csrf, "counter": "1", "elder": "P01", "amount": "50"},
    )

    assert answer.status_code == 415


ODD_ADDRESSES = (
    "/api/v1/counters/１２",
    "/api/v1/counters/0",
    "/api/v1/counters/-1",
    "/api/v1/counters/01",
    "/api/v1/counters/1%20OR%201=1",
    "/api/v1/counters/99999999999999999999",
    "/counter/１",
    "/static/../config.py",
    "/static/%2e%2e/%2e%2e/config.py",
    "/display/" + "x" * 5000,
    "/display/%00",
)


def test_an_odd_address_is_not_found(service: Service):
    cashier = service.browser("cashier1")
    for address in ODD_ADDRESSES:
        assert cashier.get(address).status_code == 404, address


def test_a_display_link_opens_its_display_and_nothing_else(service: Service):
    counter = service.world.counters["C1-1"]
    screen = service.app.test_client()
    token = _make_link(service, counter)

    entered = screen.get(f"/display/{token}")

    assert entered.headers["Location"] == f"/counter/{counter}/display"
    assert token not in entered.headers["Location"]
    assert screen.get(f"/counter/{counter}/display").status_code == 200
    assert screen.get(f"{service.counter()}/display").status_code == 200
    assert screen.get(f"{service.counter()}/events?view=display").status_code == 200
    for refused in (
        service.counter(),
        f"{service.counter()}/events",
        f"{service.counter()}/elders?find=hgl",
        f"{service.counter('C2-1')}/display",
        f"{service.counter('C1-2')}/events?view=display",
    ):
        assert screen.get(refused).status_code in (401, 404), refused
    assert screen.get(f"/counter/{counter}").status_code == 303


def test_a_revoked_display_link_goes_dark(service: Service):
    counter = service.world.counters["C1-1"]
    screen: FlaskClient = service.app.test_client()
    screen.get(f"/display/{_make_link(service, counter)}")
    secretary = service.browser("secretary1")
    link = service.database.read(places.list_display_links)[0]

    secretary.post_form(f"/community/displays/{link.id}/revoke")

    assert screen.get(f"{service.counter()}/display").status_code == 401
    assert screen.get(f"/counter/{counter}/display").status_code == 303


def test_a_secretary_makes_and_revokes_only_the_links_of_her_own_counters(service: Service):
    mine, other = service.browser("secretary1"), service.browser("secretary2")
    counter = service.world.counters["C1-1"]

    page = mine.post_form(f"/community/counters/{counter}/displays", name="大屏")
    link = service.database.read(places.list_display_links)[0]

    shown = re.search(r"http://localhost(/display/[\w-]+)", page.get_data(as_text=True))
    assert shown
    assert service.app.test_client().get(shown[1]).status_code == 303
    assert "大屏" in mine.get("/community").get_data(as_text=True)
    assert shown[1] not in mine.get("/community").get_data(as_text=True)
    assert "大屏" not in other.get("/community").get_data(as_text=True)
    assert other.post_form(f"/community/displays/{link.id}/revoke").status_code == 404
    assert other.post_form(f"/community/counters/{counter}/displays").status_code == 404
    assert service.app.test_client().get(shown[1]).status_code == 303


def test_every_role_finds_its_door_from_the_first_page(service: Service):
    for name, (role, _scope) in ACCOUNTS.items():
        browser = service.browser(name)
        answer = browser.get("/", follow_redirects=True)
        assert answer.status_code == 200, name
        assert role in STAFF_ROLES


def _come_in(service: Service, kind: str) -> tuple[FlaskClient, str]:
    """A browser that came in by a live link of this kind, and the token of its forms."""
    making: dict[str, tuple[Callable[..., NewLink], int]] = {
        VOLUNTEER: (make_volunteer_link, service.database.run(make_volunteer, "V1")),
        FAMILY: (make_family_link, service.world.elders["P01"]),
        ENROLMENT: (make_enrolment_link, service.world.canteens["C1"]),
    }
    make, target = making[kind]
    link = service.database.run(make, target)
    client = service.app.test_client()
    assert client.get(f"/link/{link.token}").status_code == 303
    holder = service.database.read(person_links.find_holder, link_id=link.id, now=clock.instant())
    assert holder is not None
    return client, holder.csrf


@pytest.mark.parametrize("kind", LINKS)
def test_a_link_passes_the_door_of_its_kind_and_no_other(service: Service, kind: str):
    client, csrf = _come_in(service, kind)
    for rule, method in _routes(service):
        want = WANTED[rule.endpoint]
        is_page = not rule.rule.startswith("/api/")
        if want in (OPEN, HERE, TOKEN):
            continue
        answer = client.open(
            _address(rule, service.world.counters["C1-1"]),
            method=method,
            headers={"X-CSRF-Token": csrf},
            json=None if method == "GET" or is_page else _body(rule, 1),
        )
        where = f"{kind} {method} {rule.rule}: {answer.status_code}"
        if kind in OPENED_BY.get(want, ()):
            assert answer.status_code not in (401, 403), where
            assert answer.headers.get("Location") not in ("/volunteer", "/family"), where
        elif want in LINKS:
            _assert_no_link(answer, rule, method)
        elif is_page and method == "GET":
            assert answer.headers["Location"].startswith("/sign-in?next="), where
        else:
            assert answer.status_code in (401, 403), where


def _make_link(service: Service, counter_id: int) -> str:
    return service.database.run(
        places.create_display_link,
        counter_id=counter_id,
        name="大屏",
        by="test",
        origin=None,
        now=clock.instant(),
    )
