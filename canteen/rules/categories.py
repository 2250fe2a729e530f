"""Categories (对象类别) that the register of elders knows without a scheme declaring them.

Ground floor: the codes are what facts, schemes and import files share; the names are for the
secretary's pages, never for the counter or the display. SOURCE: domain.md §1, field_cases.md.
"""

REGISTER_CATEGORIES: dict[str, tuple[str, str]] = {
    "dibao": ("低保", "minimum living allowance"),
    "dibao_margin": ("低保边缘", "just above the minimum living allowance"),
    "tekun": ("特困", "destitute, supported by the state"),
    "low_income": ("低收入", "low income"),
    "hardship": ("经济困难", "in economic hardship"),
    "youfu": ("优抚", "entitled veteran or dependant"),
    "only_child_lost": ("计生特扶", "lost or disabled only child"),
    "model_worker": ("劳模", "model worker"),
    "disability": ("残疾", "disability (levels 1–4)"),
    "heavy_disability": ("重残", "heavy disability"),
    "disability_care": ("失能", "loss of ability, in need of care (levels 1–3)"),
    "disabled": ("失能评估", "loss of ability as assessed (levels 1–4)"),
    "dementia": ("失智", "dementia"),
    "limited_mobility": ("行动不便", "limited mobility"),
    "living_alone": ("独居", "lives alone"),
    "empty_nest": ("空巢", "lives without children near"),
    "left_behind": ("留守", "left behind by migrant children"),
    "nursing_home": ("机构养老", "lives in a nursing home"),
    "in_hospital": ("住院", "in hospital"),
    "deceased": ("已故", "deceased"),
    "moved_away": ("迁出", "moved away"),
}
"""Code → (Chinese, English) name."""

LEVELS: dict[str, tuple[int, int]] = {
    "disability": (1, 4),
    "disability_care": (1, 3),
    "disabled": (1, 4),
}
"""Categories that have levels: the lowest and the highest number, 1 being the gravest disability
(残疾等级) and the lightest loss of ability (失能: 1 mild, 2 moderate, 3 severe)."""
