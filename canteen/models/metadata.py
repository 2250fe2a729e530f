"""All tables in one place: what migrations are compared with."""

from canteen.models import (
    accounts,
    audit,
    days,
    desk,
    imports,
    kitchen,
    meals,
    people,
    register,
    sites,
    staff,
    swipes,
    tariffs,
)
from canteen.models.base import Base

MODULES = (
    accounts,
    audit,
    days,
    desk,
    imports,
    kitchen,
    meals,
    people,
    register,
    sites,
    staff,
    swipes,
    tariffs,
)
metadata = Base.metadata
