"""The claim for signature (申报表): a page that three offices write on, and the persons behind it."""

from dataclasses import dataclass

from reports.sheets import DayForm, Fact, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimForm(DayForm):
    """What is asked for, in digits and in words, by class and by funder; opinions with room for a seal.

    The annex goes over as many pages as it needs, with the sum of each page below it."""

    #: in pairs side by side: the amount and its 大写, days and persons
    facts: tuple[Fact, ...]
    #: whose opinion is asked; nobody's of a version that is not one to sign, which the notes say
    opinions: tuple[str, ...]
    annex_title: str
    #: the persons; None where they are more than paper is for
    annex: Table | None
    #: the line below the annex: all of it, in words too
    annex_total: str
