"""All tables in one place: what migrations are compared with."""

from canteen.models import (
    accounts,
    audit,
    days,
    deliveries,
    delivery_reports,
    desk,
    imports,
    kitchen,
    links,
    meals,
    people,
    register,
    sites,
    staff,
    swipes,
    tariffs,
    volunteers,
)
from canteen.models.base import Base

MODULES = (
    accounts,
    audit,
    days,
    deliveries,
    delivery_reports,
    desk,
    imports,
    kitchen,
    links,
    meals,
    people,
    register,
    sites,
    staff,
    swipes,
    tariffs,
    volunteers,
)
metadata = Base.metadata
