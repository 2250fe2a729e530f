"""Scheme texts of the field cases' base world: rule sets A and B."""

RULE_SET_A = """
code = "rule-set-a"
name = "基础世界 A"
source = "field cases, base world"

[payer.gov]
name = "政府"
kind = "government"

[category.dibao]
name = "低保"
[category.tekun]
name = "特困"

[[rule]]
id = "60"
payer = "gov"
amount = { fixed_fen = 200 }
who = { age_min = 60, age_below = 70 }
when = { mealtimes = ["lunch", "dinner"] }
quota = { mealtime = 1 }

[[rule]]
id = "70"
payer = "gov"
amount = { fixed_fen = 300 }
who = { age_min = 70, age_below = 80 }
when = { mealtimes = ["lunch", "dinner"] }
quota = { mealtime = 1 }

[[rule]]
id = "80"
payer = "gov"
amount = { fixed_fen = 500 }
who = { age_min = 80, age_below = 90 }
when = { mealtimes = ["lunch", "dinner"] }
quota = { mealtime = 1 }

[[rule]]
id = "90"
payer = "gov"
amount = { fixed_fen = 800 }
who = { age_min = 90 }
when = { mealtimes = ["lunch", "dinner"] }
quota = { mealtime = 1 }

[[rule]]
id = "hardship"
payer = "gov"
amount = { fixed_fen = 800 }
who = { age_min = 60, category = ["dibao", "tekun"] }
when = { mealtimes = ["lunch", "dinner"] }
quota = { mealtime = 1 }
"""

RULE_SET_B = """
code = "rule-set-b"
name = "基础世界 B"
source = "field cases, base world"

[payer.gov]
name = "政府"
kind = "government"

[[rule]]
id = "fifteen-percent"
payer = "gov"
amount = { percent = "15", cap_fen = 100000 }
who = { age_min = 60 }
quota = { month_fen = 6000 }
"""

#: after rule set A: what the government gives for each delivery to somebody of 80 and over
SERVICE = """
[[service]]
id = "to-the-door"
payer = "gov"
per = "delivery"
amount_fen = 150
to_whom = "deliverer"
who = { age_min = 80 }
"""
#: after rule set A: services of each meal, and grants of the month, one by the average of meals
BESIDE = """
[[service]]
id = "running"
payer = "gov"
per = "subsidised_meal"
amount_fen = 50
to_whom = "operator"
who = { age_min = 80 }

[[service]]
id = "each"
payer = "gov"
per = "elder_meal"
amount_fen = 10
to_whom = "operator"

[[grant]]
id = "monthly"
payer = "gov"
per = "month"
amount_fen = 300000

[[grant]]
id = "tier"
payer = "gov"
per = "month"
basis = "average_elder_meals_per_open_day"
tiers = [ { min = 3, amount_fen = 700 }, { min = 4, amount_fen = 1000 }, { min = 5, amount_fen = 9000 } ]
"""
