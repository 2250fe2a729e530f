"""Faults that each check of the source is shown: of floors, of money, of words."""

from tests.house import floors, money, words
from tests.house.planting import DOC, Planted

IN_CODE: list[Planted] = [
    # ----------------------------------------------------------------------------------- floors
    (
        floors.imports_go_down,
        {
            "canteen/rules/split.py": DOC + "import canteen.till.ledger\n",
            "canteen/till/ledger.py": DOC,
        },
        "canteen.rules.split:2: imports canteen.till.ledger",
    ),
    (
        floors.imports_go_down,
        {"card_reader/wire.py": DOC + "from canteen import clock\n", "canteen/clock.py": DOC},
        "card_reader.wire:2: imports canteen.clock",
    ),
    (
        floors.imports_go_down,
        {"canteen/app.py": DOC + "from card_reader import wire\n", "card_reader/wire.py": DOC},
        "canteen.app:2: imports card_reader.wire",
    ),
    (
        floors.every_module_stands_on_a_floor,
        {"canteen/attic/old.py": DOC},
        "canteen.attic.old: stands on no floor",
    ),
    (
        floors.floors_are_not_skipped,
        {
            "canteen/web/counter/meals.py": DOC + "from canteen.models.meals import Meal\n",
            "canteen/models/meals.py": DOC,
        },
        "canteen.web.counter.meals:2: imports canteen.models.meals",
    ),
    (
        floors.floors_are_not_skipped,
        {"canteen/services/voids.py": DOC + "import canteen.clock\n", "canteen/clock.py": DOC},
        "canteen.services.voids:2: imports canteen.clock",
    ),
    (
        floors.models_meet_only_in_metadata,
        {
            "canteen/models/meals.py": DOC + "from canteen.models import people\n",
            "canteen/models/people.py": DOC,
        },
        "canteen.models.meals:2: imports canteen.models.people",
    ),
    (
        floors.siblings_do_not_import_each_other,
        {
            "canteen/services/voids.py": DOC + "\nfrom canteen.services.swipes import record\n",
            "canteen/services/swipes.py": DOC,
        },
        "canteen.services.voids:3: imports its sibling canteen.services.swipes",
    ),
    (
        floors.doors_do_not_lead_into_each_other,
        {
            "canteen/web/finance/claims.py": DOC + "from canteen.web.admin import staff\n",
            "canteen/web/admin/staff.py": DOC,
        },
        "canteen.web.finance.claims:2: imports canteen.web.admin.staff",
    ),
    (
        floors.imports_stand_at_the_top_and_in_full,
        {"canteen/app.py": DOC + "def make():\n    import flask\n"},
        "canteen.app:3: import at the top",
    ),
    (
        floors.imports_stand_at_the_top_and_in_full,
        {"canteen/app.py": DOC + "from . import config\n"},
        "canteen.app:2: write imports in full",
    ),
    (
        floors.imports_stand_at_the_top_and_in_full,
        {"canteen/app.py": DOC + "import typing\nif typing.TYPE_CHECKING:\n    import flask\n"},
        "canteen.app:3: TYPE_CHECKING",
    ),
    (
        floors.there_are_no_cycles,
        {
            "canteen/rules/a.py": DOC + "import canteen.rules.b\n",
            "canteen/rules/b.py": DOC + "import canteen.rules.c\n",
            "canteen/rules/c.py": DOC + "import canteen.rules.a\n",
        },
        "canteen.rules.a: imports itself through others",
    ),
    (
        floors.files_and_functions_fit_on_a_page,
        {"canteen/rules/long.py": DOC + "X = 1\n" * 350},
        "canteen.rules.long: 351 lines",
    ),
    (
        floors.files_and_functions_fit_on_a_page,
        {"canteen/rules/long.py": DOC + "def f():\n" + "    x = 1\n" * 70},
        "canteen.rules.long:2: f has 71 lines",
    ),
    (
        floors.modules_have_names_that_mean_something,
        {"canteen/web/utils.py": DOC},
        "canteen.web.utils: name it",
    ),
    (
        floors.modules_say_what_they_are_for,
        {"canteen/rules/silent.py": "X = 1\n"},
        "canteen.rules.silent: open with a docstring",
    ),
    # ------------------------------------------------------------------------------------ money
    (
        money.no_floats_and_no_true_division,
        {"canteen/rules/split.py": DOC + "def half(fen):\n    return fen / 2\n"},
        "canteen.rules.split:3: `/` makes a float",
    ),
    (
        money.no_floats_and_no_true_division,
        {"canteen/services/tariffs.py": DOC + "RATE = 0.5\n"},
        "canteen.services.tariffs:2: 0.5 is a float",
    ),
    (
        money.no_floats_and_no_true_division,
        {"canteen/till/ledger.py": DOC + "def f(x: float): return x\n"},
        "canteen.till.ledger:2: no float",
    ),
    (
        money.only_the_unit_of_work_commits,
        {"canteen/till/ledger.py": DOC + "def post(session):\n    session.commit()\n"},
        "canteen.till.ledger:3: the caller owns the transaction",
    ),
    (
        money.only_the_clock_reads_the_clock,
        {"canteen/services/voids.py": DOC + "import datetime\nX = datetime.datetime.now()\n"},
        "canteen.services.voids:3: take `now` as an argument",
    ),
    (
        money.only_the_clock_reads_the_clock,
        {"card_reader/debounce.py": DOC + "import time\nX = time.time()\n"},
        "card_reader.debounce:3: take `now` as an argument",
    ),
    (
        money.rows_have_one_maker,
        {"canteen/services/voids.py": DOC + "X = LedgerEntry(fen=5)\n"},
        "canteen.services.voids:2: only canteen.till.ledger makes a LedgerEntry",
    ),
    (
        money.rows_have_one_maker,
        {"canteen/services/voids.py": DOC + "X = insert(models.LedgerEntry)\n"},
        "canteen.services.voids:2: only canteen.till.ledger makes a LedgerEntry",
    ),
    (
        money.rows_have_one_maker,
        {"canteen/till/meals.py": DOC + "X = 'INSERT INTO audit_lines VALUES (1)'\n"},
        "canteen.till.meals:2: only canteen.trail.audit makes a AuditLine",
    ),
    (
        money.floors_import_only_their_own_packages,
        {"card_reader/protocols/rdm6300.py": DOC + "import serial\n"},
        "card_reader.protocols.rdm6300:2: imports serial",
    ),
    (
        money.floors_import_only_their_own_packages,
        {"canteen/services/voids.py": DOC + "from flask import request\n"},
        "canteen.services.voids:2: imports flask",
    ),
    # ------------------------------------------------------------------------------------ words
    (
        words.class_names_use_our_words,
        {"canteen/services/pay.py": DOC + "class WalletRefund:\n    x = 1\n"},
        "canteen.services.pay:2: class WalletRefund: wallet",
    ),
    (
        words.tables_and_columns_use_our_words,
        {"canteen/models/pay.py": DOC + "class A:\n    __tablename__ = 'transactions'\n"},
        "canteen.models.pay:3: transactions: transaction",
    ),
    (
        words.tables_and_columns_use_our_words,
        {"canteen/models/pay.py": DOC + "class A:\n    user_id: int = column(Id)\n"},
        "canteen.models.pay:3: user_id: user",
    ),
    (
        words.amounts_say_their_unit,
        {"canteen/models/pay.py": DOC + "class A:\n    price: int = mapped_column(Fen)\n"},
        "canteen.models.pay:3: price is money",
    ),
    (
        words.addresses_use_our_words,
        {
            "canteen/web/counter/pay.py": DOC
            + "@door.post('/meals/<id>/refund')\ndef f(): return 1\n"
        },
        "canteen.web.counter.pay:2: /meals/<id>/refund",
    ),
    (
        words.errors_speak_both_languages_and_are_tested,
        {"canteen/till/a.py": DOC + "raise Refused('no_such', 'nein', 'no')\n"},
        "canteen.till.a:2: error 'no_such': says nothing in Chinese",
    ),
    (
        words.errors_speak_both_languages_and_are_tested,
        {
            "canteen/till/a.py": DOC + "raise Refused('no_such', '没有', 'none')\n",
            "tests/till/test_a.py": "CODE = 'another_code'\n",
        },
        "canteen.till.a:2: error 'no_such': appears in no test",
    ),
]
