"""From the text of a scheme file to a `Scheme`, or to the list of everything that is wrong with it.

Ground floor: text in, value out; who reads the file from a disk or a database is not asked here.
"""

import re

from canteen.rules.categories import REGISTER_CATEGORIES
from canteen.rules.elders import AGE_COUNTS
from canteen.rules.scheme import (
    PAYER_KINDS,
    Amount,
    Grant,
    Payer,
    Rounding,
    Rule,
    Scheme,
    Service,
    Tier,
    find_widest_quota,
    make_stages,
    scheme_version,
)
from canteen.rules.scheme_rule_parser import (
    parse_amount,
    parse_floor,
    parse_quota,
    parse_when,
    parse_who,
)
from canteen.rules.scheme_text import (
    Faults,
    Lines,
    SchemeError,
    SchemeInvalid,
    Table,
    read_toml,
)

STAGE_MAX = 1000
WEIGHT_MAX = 1_000_000
TIER_MAX = 1_000_000
GRANT_BASES = ("average_elder_meals_per_open_day",)

_CODE = re.compile(r"[^\s/\\\x00-\x1f]{1,64}")


def parse_scheme(text: str, file: str = "") -> Scheme:
    """Parse the text of one scheme file; raises `SchemeInvalid` with **all** its faults at once.

    `file` is only what the faults call it. Broken TOML is one fault, with its line.
    """
    return _Reading(text, file).scheme()


def find_faults(text: str, file: str = "") -> tuple[SchemeError, ...]:
    """Every fault of the text; empty when it is a scheme."""
    try:
        parse_scheme(text, file)
    except SchemeInvalid as error:
        return error.errors
    return ()


class _Reading:
    """One reading of one file: what is declared in it, and the faults so far."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.faults = Faults(file, Lines(text))
        self.payers: dict[str, Payer] = {}
        self.categories: dict[str, str] = {}
        self.ids: set[str] = set()

    def scheme(self) -> Scheme:
        data = read_toml(self.text, self.faults)
        if data is None:
            raise SchemeInvalid(self.faults.found)
        head = Table(data, self.faults, "", "", ())
        code = self._code(head, "code")
        name = head.words("name", default=code)
        source = head.words("source", default="")
        counts = head.choice("age_counts_from", AGE_COUNTS, default="birthday")
        scope = self._code(head, "quota_scope") if head.has("quota_scope") else code
        rounding = self._rounding(head)
        self._payers(head)
        self._categories(head)
        rules = tuple(
            self._rule(table, index) for index, table in enumerate(self._blocks(head, "rule"))
        )
        services = tuple(self._service(table) for table in self._blocks(head, "service"))
        grants = tuple(self._grant(table) for table in self._blocks(head, "grant"))
        if not (rules or services or grants) and not head.has("rule"):
            head.fault("rule", "没有任何规则 [[rule]]", "there is no [[rule]]")
        head.close()
        if self.faults.found:
            raise SchemeInvalid(self.faults.found)
        return Scheme(
            code=code,
            name=name or code,
            source=source or "",
            version=scheme_version(self.text),
            quota_scope=scope,
            age_counts_from=counts,
            rounding=rounding,
            payers=self.payers,
            categories=self.categories,
            rules=rules,
            stages=make_stages(rules),
            services=services,
            grants=grants,
            widest_quota=find_widest_quota(rules),
            uses_workdays=any(rule.when is not None and rule.when.days != "any" for rule in rules),
        )

    def _code(self, table: Table, key: str) -> str:
        value = table.text(key, required=True)
        if value is None:
            return ""
        if _CODE.fullmatch(value) is None:
            table.fault(
                key,
                "代码最多 64 个字符，不含空格和斜线",
                "a code has at most 64 characters without blanks or slashes",
            )
        return value

    def _rounding(self, head: Table) -> Rounding:
        table = head.table("rounding")
        if table is None:
            return Rounding()
        rounding = Rounding(
            unit_fen=table.choice("unit_fen", (1, 10, 50, 100), default=1),
            mode=table.choice("mode", ("half_up", "half_even", "down", "up"), default="half_up"),
            side=table.choice("side", ("payer", "elder"), default="payer"),
        )
        table.close()
        return rounding

    def _payers(self, head: Table) -> None:
        for code, table in self._declared(head, "payer"):
            name = table.words("name", default=code)
            kind = table.choice("kind", PAYER_KINDS)
            table.close()
            # A payer of a wrong kind is still declared: one fault is reported once.
            self.payers[code] = Payer(code, name or code, kind or PAYER_KINDS[0])

    def _categories(self, head: Table) -> None:
        for code, table in self._declared(head, "category"):
            self.categories[code] = table.words("name", default=code) or code
            table.close()

    def _declared(self, head: Table, kind: str) -> list[tuple[str, Table]]:
        group = head.table(kind)
        found = []
        for code in group.keys if group is not None else ():
            value = group.take(code) if group is not None else None
            if not isinstance(value, dict):
                head.wrong_type(kind, value, f"[{kind}.代码] 一节", f"a section [{kind}.code]")
                continue
            table = Table(value, self.faults, f"{kind}.{code}", f"{kind}.{code}", ())
            if _CODE.fullmatch(code) is None or ":" in code:
                table.fault("", "代码不能含空格、斜线、冒号", "a code has no blank, slash or colon")
            found.append((code, table))
        return found

    def _blocks(self, head: Table, kind: str) -> list[Table]:
        found = []
        for number, value in enumerate(head.items(kind) if head.has(kind) else (), start=1):
            if not isinstance(value, dict):
                head.wrong_type(kind, value, f"[[{kind}]] 各节", f"sections [[{kind}]]")
                continue
            id_ = value.get("id")
            label = f"{kind}[{id_ if isinstance(id_, str) else f'#{number}'}]"
            found.append(Table(value, self.faults, label, f"{kind}[{number}]", ()))
        return found

    def _id(self, table: Table) -> str:
        id_ = table.text("id", required=True) or ""
        if id_ and id_ in self.ids:
            table.fault("id", f"编号 {id_!r} 重复", f"the id {id_!r} is used twice")
        self.ids.add(id_)
        return id_

    def _rule(self, table: Table, index: int) -> Rule:
        id_ = self._id(table)
        parts = self._parts(table)
        is_ratio = isinstance(table.take("payer"), dict)
        group = table.text("group", default=None if is_ratio or not parts else parts[0][0].code)
        if is_ratio and not table.has("group"):
            table.fault("group", "按比例分担时必须写 group", "a rule split by ratio needs a group")
        stage = table.whole("stage", -STAGE_MAX, STAGE_MAX)
        amount_table = table.table("amount")
        if not table.has("amount"):
            table.fault("amount", "缺少这一项", "this key is missing")
        amount = parse_amount(amount_table) if amount_table is not None else Amount("fixed")
        who, when, floor, quota = (table.table(key) for key in ("who", "when", "price", "quota"))
        limits = parse_quota(quota) if quota is not None else None
        start, end = table.day("from"), table.day("to")
        if start is not None and end is not None and end < start:
            table.fault("to", f"{end} 早于 from {start}", f"{end} is before from {start}")
        rule = Rule(
            index=index,
            id=id_,
            stage=1 if stage is None else stage,
            group=group or "",
            parts=parts,
            amount=amount,
            who=parse_who(who, self._known_categories()) if who is not None else None,
            when=parse_when(when) if when is not None else None,
            floor=parse_floor(floor) if floor is not None else None,
            quota=limits,
            from_on=start,
            to_on=end,
            portions=limits.portions if limits is not None else 1,
            line=self.faults.lines.line_of(f"rule[{index + 1}]", ()),
        )
        table.close()
        return rule

    def _known_categories(self) -> frozenset[str]:
        return frozenset(self.categories) | frozenset(REGISTER_CATEGORIES)

    def _parts(self, table: Table) -> tuple[tuple[Payer, int], ...]:
        """The payers of a rule with their weights; a ratio names two or more of them, or one."""
        value = table.take("payer", required=True)
        if value is None:
            return ()
        if isinstance(value, str):
            found = self._known_payer(table, "payer", value)
            return ((found, 1),) if found is not None else ()
        ratio = table.table("payer")
        if ratio is None:
            return ()
        if not ratio.keys:
            ratio.fault("", "没有写出资方", "it names no payer")
        parts = []
        for code in ratio.keys:
            weight = ratio.whole(code, 1, WEIGHT_MAX)
            payer = self._known_payer(ratio, code, code)
            if weight is not None and payer is not None:
                parts.append((payer, weight))
        return tuple(parts)

    def _known_payer(self, table: Table, key: str, code: str) -> Payer | None:
        payer = self.payers.get(code)
        if payer is None:
            table.fault(
                key,
                f"出资方 {code!r} 没有声明；请加 [payer.{code}]",
                f"payer {code!r} is not declared; add [payer.{code}]",
            )
        return payer

    def _one_payer(self, table: Table) -> Payer:
        code = table.text("payer", required=True)
        payer = self._known_payer(table, "payer", code) if code is not None else None
        return payer or Payer("", "", PAYER_KINDS[0])

    def _service(self, table: Table) -> Service:
        who = table.table("who")
        service = Service(
            id=self._id(table),
            payer=self._one_payer(table),
            per=table.choice("per", ("delivery", "subsidised_meal", "elder_meal")),
            amount_fen=table.whole("amount_fen", required=True) or 0,
            to_whom=table.choice("to_whom", ("operator", "deliverer"), default="operator"),
            who=parse_who(who, self._known_categories()) if who is not None else None,
        )
        table.close()
        return service

    def _grant(self, table: Table) -> Grant:
        grant = Grant(
            id=self._id(table),
            payer=self._one_payer(table),
            per=table.choice("per", ("month", "quarter", "year")),
            amount_fen=table.whole("amount_fen"),
            basis=table.choice("basis", GRANT_BASES) if table.has("basis") else None,
            tiers=self._tiers(table),
        )
        if table.has("amount_fen") == table.has("tiers"):
            table.fault(
                "",
                "amount_fen 与 basis + tiers 必须正好写一种",
                "state either amount_fen or basis with tiers, not both and not neither",
            )
        elif table.has("basis") != table.has("tiers"):
            table.fault("", "basis 与 tiers 必须同写", "basis and tiers go together")
        table.close()
        return grant

    def _tiers(self, table: Table) -> tuple[Tier, ...]:
        tiers: list[Tier] = []
        for inner in table.tables("tiers"):
            low = inner.whole("min", 0, TIER_MAX, required=True)
            amount = inner.whole("amount_fen", required=True)
            inner.close()
            if tiers and low is not None and low <= tiers[-1].min:
                inner.fault("min", "档次应从低到高", "the tiers must rise")
            tiers.append(Tier(low or 0, amount or 0))
        return tuple(tiers)
