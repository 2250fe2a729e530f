"""What the demonstration's kitchens cook: dishes with their prices and what they hold, and a week's menu."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cooked:
    """A dish: its names, its price, and the contents of `rules.diets` that it holds."""

    zh: str
    en: str
    fen: int
    contents: tuple[str, ...] = ()


DISHES = {
    "tofu": Cooked("肉末豆腐", "Tofu with minced pork", 400, ("pork", "soy")),
    "chicken": Cooked("白切鸡", "Poached chicken", 600, ("poultry", "onion_garlic")),
    "carp": Cooked("清蒸草鱼", "Steamed carp", 600, ("fish", "fish_bones")),
    "sweetsour": Cooked(
        "糖醋里脊", "Sweet and sour pork", 550, ("pork", "sugar", "wheat", "much_oil")
    ),
    "egg": Cooked("番茄炒蛋", "Egg with tomato", 350, ("egg", "sugar")),
    "beef": Cooked("土豆焖牛肉", "Beef with potato", 650, ("beef", "onion_garlic")),
    "shrimp": Cooked("虾仁蒸蛋", "Steamed egg with shrimp", 500, ("shellfish", "egg")),
    "trotter": Cooked("花生焖猪脚", "Trotter with peanuts", 600, ("pork", "peanut", "hard")),
    "bitter": Cooked("苦瓜炒肉", "Bitter melon with pork", 400, ("pork",)),
    "spinach": Cooked("蒜蓉空心菜", "Water spinach with garlic", 250, ("onion_garlic",)),
    "pumpkin": Cooked("清炒南瓜", "Pumpkin", 250),
    "cabbage": Cooked("手撕包菜", "Cabbage with chilli", 250, ("chilli",)),
    "ribsoup": Cooked("玉米排骨汤", "Corn and rib soup", 300, ("pork",)),
    "seasoup": Cooked("紫菜蛋花汤", "Seaweed and egg soup", 200, ("egg",)),
    "congee": Cooked("瘦肉粥", "Congee with pork", 300, ("pork",)),
}
"""Code on the price list → the dish."""

LUNCHES = (
    ("tofu", "carp", "spinach", "seasoup"),
    ("chicken", "egg", "pumpkin", "ribsoup"),
    ("sweetsour", "shrimp", "cabbage", "seasoup"),
    ("beef", "tofu", "spinach", "ribsoup"),
    ("carp", "bitter", "pumpkin", "seasoup"),
    ("trotter", "egg", "cabbage", "ribsoup"),
    ("chicken", "shrimp", "spinach", "seasoup"),
)
DINNERS = (("bitter", "pumpkin", "congee"), ("egg", "spinach", "congee"))


def menu_of(weekday: int, mealtime: str) -> tuple[str, ...]:
    """The dishes of a weekday (0 is Monday) at a mealtime."""
    return LUNCHES[weekday] if mealtime == "lunch" else DINNERS[weekday % len(DINNERS)]
