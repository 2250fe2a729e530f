"""What the demonstration's register holds beside the set-up file: consents, contacts, diets."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from canteen.demo.names import invent_name
from canteen.demo.places import SECRETARY, acting
from canteen.demo.story import PEOPLE_LEFT_OUT
from canteen.demo.world import Diner
from canteen.services import elder_notes

#: of a hundred elders so many have not signed yet, so many name somebody to call, so many eat apart
UNSIGNED, WITH_CONTACT, WITH_DIET = 7, 70, 25
RELATIONS = ("女儿", "儿子", "儿媳", "女婿", "老伴", "外孙", "邻居", "楼长")
#: as they are met: most often less sugar and salt, soft food; allergies are rare
DIETS = (
    *("low_sugar", "low_salt", "soft") * 5,
    *("diabetic", "no_spicy", "low_purine", "low_fat") * 3,
    *("vegetarian", "halal", "no_pork", "no_beef", "buddhist", "liquid"),
    *("allergy_shellfish", "allergy_peanut", "allergy_egg", "allergy_milk"),
)


def enrol(session: Session, *, diners: Sequence[Diner], seed: int, now: datetime) -> None:
    """Write what each of them signed and said when she was put on the register."""
    rng = random.Random(f"{seed} register")
    for index, diner in enumerate(diners):
        who = {
            "number": diner.number,
            **acting(SECRETARY, now + timedelta(seconds=20 * index)),
        }
        if rng.randrange(100) >= UNSIGNED:
            elder_notes.add_consent(
                session,
                given_on=now.date() - timedelta(days=rng.randrange(900)),
                signed_by=rng.choice(RELATIONS[:4]) if diner.is_delivered else None,
                document=f"同意书 {index + 1:03d}",
                **who,
            )
        if diner.is_delivered or rng.randrange(100) < WITH_CONTACT:
            elder_notes.add_contact(
                session,
                name=invent_name(rng, PEOPLE_LEFT_OUT + 1)[1],
                relation=rng.choice(RELATIONS),
                phone=f"137{rng.randrange(10**8):08d}",
                **who,
            )
        if index >= PEOPLE_LEFT_OUT and rng.randrange(100) < WITH_DIET:
            elder_notes.add_diet(session, code=rng.choice(DIETS), **who)
