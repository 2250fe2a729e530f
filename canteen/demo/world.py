"""The demonstration community as a set-up file: what `canteen setup` builds, invented from a seed."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from canteen.demo.dishes import DISHES
from canteen.demo.names import invent_address, invent_name
from canteen.rules.identity import check_digit

DISTRICT = "450103"
COMMUNITIES = ("榕荫里社区", "新竹社区", "柳沙社区", "古城社区", "凤岭社区", "东葛社区")
TEAMS = ("银龄互助队", "青年志愿服务队")
CANTEENS = (
    "榕荫里长者食堂",
    "新竹长者食堂",
    "柳沙长者食堂",
    "古城长者食堂",
    "凤岭长者食堂",
    "东葛长者食堂",
)
#: code, name, English name, key, channel, fen above the first
SET_MEALS = (
    ("set", "两菜一汤", "2 dishes + soup", 1, "dine_in", 0),
    ("veg", "两素一汤", "2 vegetable dishes + soup", 2, "dine_in", -250),
    ("plus", "三菜一汤", "3 dishes + soup", 3, "dine_in", 350),
    ("box", "两菜一汤 打包", "2 dishes + soup, boxed", 4, "take_away", 50),
)
PRICE_FEN = 1250
MEALTIMES = (("lunch", "10:30", "13:30"), ("dinner", "16:30", "18:30"))
#: sign-in, whose it is, her role, and the kind of place she has all of
STAFF = (
    ("demo-admin", "黄志成", "admin", "everywhere"),
    ("demo-cashier", "李素芬", "cashier", "canteens"),
    ("demo-kitchen", "陈家富", "kitchen", "canteens"),
    ("demo-secretary", "周晓梅", "secretary", "communities"),
    ("demo-street", "陆建国", "street", "towns"),
    ("demo-volunteer", "何小玲", "volunteer", "communities"),
    ("demo-finance", "吴海燕", "finance", "district"),
    ("demo-finance-2", "李卫东", "finance", "district"),
    ("demo-auditor", "梁正平", "auditor", "district"),
)
#: of a hundred lunches an elder comes to so many
HABITS = (40, 45, 50, 55, 65, 90)
#: code, level, of a hundred so many who eat at the canteen, and who are delivered to
CATEGORIES = (
    ("dibao", None, 6, 6),
    ("living_alone", None, 12, 12),
    ("limited_mobility", None, 2, 100),
    ("disability_care", 2, 0, 20),
)
#: this elder's low income was granted for three years, which end within a longer history
ENDING_NUMBER, ENDED_DAYS = 14, 10


@dataclass(frozen=True, slots=True)
class Diner:
    """An invented elder: who she is, her card, and how often she comes."""

    number: str
    name: str
    sex: str
    born: date
    address: str
    card: str
    canteen: str
    habit: int
    is_delivered: bool


@dataclass(slots=True)
class World:
    """The text of the set-up file and who eats where."""

    parts: list[str] = field(default_factory=list)
    diners: list[Diner] = field(default_factory=list)
    #: the first seventeen digits of every ID number made
    taken: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        """The set-up file."""
        return "\n".join(self.parts)


def make_world(*, seed: int, elders: int, canteens: int, today: date) -> World:
    """Invent the community as it is `today`: `elders` spread over `canteens`, one in eleven at home
    by delivery."""
    rng = random.Random(seed)
    world = World()
    _areas(world, canteens)
    for number in range(1, canteens + 1):
        _canteen(world, number)
    for number in range(1, elders + 1):
        _elder(world, rng, number, elders, canteens, today)
    world.parts.append('[[test_card]]\nuid = "em4100:0F00000001"\nprinted = "晨测卡"\n')
    for number in range(1, 5):
        _, name = invent_name(rng, 1000 + number)
        world.parts.append(
            f'[[volunteer]]\nnumber = "V{number:02d}"\nname = "{name}"\n'
            f'phone = "1380000{number:04d}"\narea = "{community_of(0)}"\ncapacity = 8\n'
            f'team = "{TEAMS[number % 2]}"\nbuildings = "{2 * number - 1}栋、{2 * number}栋"\n'
        )
    _staff(world, canteens)
    return world


def community_of(index: int) -> str:
    """The community of the canteen of that index; of canteen C1 it is 0."""
    return f"{DISTRICT}00{1 + index // 3}{index % 3 + 1:03d}"


def _staff(world: World, canteens: int) -> None:
    communities = [community_of(index) for index in range(canteens)]
    places = {
        "everywhere": [""],
        "canteens": [f"C{number}" for number in range(1, canteens + 1)],
        "communities": communities,
        "towns": sorted({code[:9] for code in communities}),
        "district": [DISTRICT],
    }
    for name, display_name, role, kind in STAFF:
        for place in places[kind]:
            scope = f'scope = "{place}"\n' if place else ""
            world.parts.append(
                f'[[user]]\nname = "{name}"\ndisplay_name = "{display_name}"\n'
                f'role = "{role}"\n{scope}'
            )


def _areas(world: World, canteens: int) -> None:
    named = [("45", "广西壮族自治区"), ("4501", "南宁市"), (DISTRICT, "青秀区")]
    towns = sorted({community_of(index)[:9] for index in range(canteens)})
    named += [(town, f"第{town[-1]}街道") for town in towns]
    named += [
        (community_of(index), COMMUNITIES[index % len(COMMUNITIES)] + _again(index))
        for index in range(canteens)
    ]
    world.parts += [f'[[area]]\ncode = "{code}"\nname = "{name}"\n' for code, name in named]
    world.parts.append('[[funder]]\ncode = "nn-civil"\nname = "南宁市民政局"\narea = "4501"\n')


def _again(index: int) -> str:
    return str(index // len(COMMUNITIES) + 1) if index >= len(COMMUNITIES) else ""


def _canteen(world: World, number: int) -> None:
    index = number - 1
    name = CANTEENS[index % len(CANTEENS)] + _again(index)
    world.parts.append(
        f'[[canteen]]\ncode = "C{number}"\nname = "{name}"\narea = "{community_of(index)}"\n'
        f'phone = "0777-000 {number:04d}"\n'
        'scheme = "nanning-2022"\nscheme_from = 2022-08-01\npayers = { gov = "nn-civil" }\n'
    )
    for mealtime, opens, closes in MEALTIMES:
        world.parts.append(
            f'[[canteen.mealtime]]\nname = "{mealtime}"\nfrom = "{opens}"\nto = "{closes}"\n'
        )
        for code, zh, en, key, channel, more_fen in SET_MEALS:
            world.parts.append(
                f'[[canteen.price]]\nmealtime = "{mealtime}"\ncode = "{code}"\nname = "{zh}"\n'
                f'name_en = "{en}"\nkey = {key}\nchannel = "{channel}"\n'
                f"price_fen = {PRICE_FEN + more_fen}\n"
            )
        for code, dish in DISHES.items():
            world.parts.append(
                f'[[canteen.price]]\nkind = "dish"\nmealtime = "{mealtime}"\ncode = "{code}"\n'
                f'name = "{dish.zh}"\nname_en = "{dish.en}"\nprice_fen = {dish.fen}\n'
            )
    counters = 2 if number == 1 else 1
    for counter in range(1, counters + 1):
        world.parts.append(
            f'[[canteen.counter]]\ncode = "{counter}"\nname = "{counter} 号窗口"\n\n'
            f'[[canteen.reader]]\ncode = "C{number}-R{counter}"\ncounter = "{counter}"\n'
            'profile = "rdm6300"\n'
        )


def _elder(
    world: World, rng: random.Random, number: int, elders: int, canteens: int, today: date
) -> None:
    sex, name = invent_name(rng, number)
    is_delivered = number % 11 == 0 and number // 11 <= 16 * canteens
    oldest = 95 if not is_delivered else 99
    age = min(oldest, max(60, round(rng.triangular(62, oldest, 86 if is_delivered else 74))))
    born = today - timedelta(days=age * 365 + age // 4 + rng.randint(1, 360))
    odd = rng.randrange(1, 10, 2) if sex == "M" else rng.randrange(0, 10, 2)
    body = f"{DISTRICT}{born:%Y%m%d}{98 + number % 2}{odd}"
    while body in world.taken:  # two born on one day: the younger is made a day older
        born -= timedelta(days=1)
        body = f"{DISTRICT}{born:%Y%m%d}{body[14:]}"
    world.taken.add(body)
    canteen = (number - 1) * canteens // elders
    card = f"em4100:0A{rng.getrandbits(32):08X}"
    register = f"E{number:03d}" if elders < 1000 else f"E{number:05d}"
    area, address = community_of(canteen), invent_address(rng, is_near=is_delivered)
    # One purse in twenty is nearly empty, so that the counter meets it.
    balance_fen = rng.randrange(2, 14) * 100 if number % 20 == 7 else rng.randrange(20, 300) * 100
    world.parts.append(
        f'[[elder]]\nnumber = "{register}"\nname = "{name}"\nsex = "{sex}"\nborn = {born}\n'
        f'id_number = "{body}{check_digit(body)}"\nphone = "139{number:08d}"\nhukou = "{area}"\n'
        f'residence = "{area}"\ncanteen = "C{canteen + 1}"\naddress = "{address}"\n'
        f"balance_fen = {balance_fen}\n"
    )
    for code, level, eating, delivered in CATEGORIES:
        if rng.randrange(100) < (delivered if is_delivered else eating):
            since = today - timedelta(days=rng.randrange(100, 2000))
            grade = f"level = {level}\n" if level else ""
            world.parts.append(f'[[elder.category]]\ncode = "{code}"\n{grade}from = {since}\n')
    if number == ENDING_NUMBER:
        ended = today - timedelta(days=ENDED_DAYS)
        world.parts.append(
            f'[[elder.category]]\ncode = "low_income"\n'
            f"from = {ended - timedelta(days=3 * 365)}\nto = {ended}\n"
        )
    world.parts.append(f'[[elder.card]]\nuid = "{card}"\n')
    habit = 0 if is_delivered else rng.choice(HABITS)
    place = f"C{canteen + 1}"
    world.diners.append(Diner(register, name, sex, born, address, card, place, habit, is_delivered))
