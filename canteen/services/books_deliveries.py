"""The check of deliveries: what went to the doors against the books, each rule asked of the database.

As in `books` each statement finds the rows that break one rule.
"""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery
from canteen.rules.breaches import Breach

#: breaches shown of one kind
SHOWN_MAX = 20

_STANDING = """
    SELECT x.id, x.uid, x.day, x.mealtime, x.state, x.portions, x.keep_reason,
      coalesce(sum(CASE WHEN m.voided_at IS NULL AND NOT m.is_kept THEN 1 ELSE 0 END), 0) AS meals,
      coalesce(sum(CASE WHEN m.voided_at IS NULL AND m.is_kept THEN 1 ELSE 0 END), 0) AS kept
    FROM deliveries x
    LEFT JOIN delivery_meals l ON l.delivery_id = x.id LEFT JOIN meals m ON m.id = l.meal_id
    GROUP BY x.id, x.uid, x.day, x.mealtime, x.state, x.portions, x.keep_reason"""

#: code → a query of (place, detail) of every row that breaks the rule
RULES: dict[str, str] = {
    "delivery_is_not_its_meals": f"""
        SELECT 'delivery ' || d.uid, d.state || ', portions ' || d.portions || ', meals ' || d.meals
        FROM ({_STANDING}) d
        WHERE d.meals <> CASE WHEN d.state IN ('out', 'delivered') THEN d.portions ELSE 0 END""",
    "kept_without_reason": f"""
        SELECT 'delivery ' || d.uid, d.state || ', lines kept ' || d.kept
        FROM ({_STANDING}) d
        WHERE (d.kept > 0) <> (d.state = 'failed' AND d.keep_reason IS NOT NULL)""",
    "meal_of_another_delivery": """
        SELECT 'meal ' || m.receipt, 'delivery ' || d.uid
        FROM delivery_meals l JOIN deliveries d ON d.id = l.delivery_id
        JOIN meals m ON m.id = l.meal_id
        JOIN elders a ON a.id = m.elder_id JOIN elders b ON b.id = d.elder_id
        WHERE coalesce(a.merged_into_id, a.id) <> coalesce(b.merged_into_id, b.id)
          OR m.served_on <> d.day OR m.mealtime <> d.mealtime OR m.channel <> 'delivery'
          OR (m.canteen_id <> d.canteen_id AND m.voided_at IS NULL)""",
    "meal_without_its_delivery": """
        SELECT 'meal ' || m.receipt, 'no delivery' FROM meals m
        WHERE m.channel = 'delivery'
          AND NOT EXISTS (SELECT 1 FROM delivery_meals l WHERE l.meal_id = m.id)""",
    "service_of_nothing_delivered": """
        SELECT 'service line ' || s.id, 'delivery ' || d.uid || ' is ' || d.state
        FROM service_lines s JOIN deliveries d ON d.id = s.delivery_id
        WHERE s.withdrawn_at IS NULL AND d.state <> 'delivered'""",
    "delivery_on_another_run": """
        SELECT 'delivery ' || d.uid, 'run ' || r.uid FROM deliveries d
        JOIN delivery_runs r ON r.id = d.run_id
        WHERE r.canteen_id <> d.canteen_id OR r.day <> d.day OR r.mealtime <> d.mealtime""",
}


def check_deliveries(session: Session) -> tuple[list[Breach], int]:
    """The breaches, the first of each kind, and how many deliveries."""
    breaches = [
        Breach(code, row[0], str(row[1]))
        for code, query in RULES.items()
        for row in session.execute(text(query)).fetchmany(SHOWN_MAX)
    ]
    count: int = session.execute(select(func.count()).select_from(Delivery)).scalar_one()
    return breaches, count
