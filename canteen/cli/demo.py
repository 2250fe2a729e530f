"""`canteen demo`: an empty database filled with the demonstration community and days of history."""

import click

from canteen import clock
from canteen.cli.answers import say_json
from canteen.config import load_settings
from canteen.demo.community import fill_demonstration
from canteen.rules.days import local_date


@click.command()
@click.option(
    "--days", type=click.IntRange(0, 400), default=7, show_default=True, help="Days of history."
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed invents the same people."
)
@click.option("--elders", type=click.IntRange(1, 50_000), default=180, show_default=True)
@click.option("--canteens", type=click.IntRange(1, 18), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
def demo(days: int, seed: int, elders: int, canteens: int, as_json: bool) -> None:
    """Fill an empty database with invented people and their meals; refuses one that holds data.

    \b
    Example:
      CANTEEN_DATA_DIR=/tmp/demo canteen demo --days 30
    """
    settings = load_settings()
    made = fill_demonstration(
        settings,
        days=days,
        seed=seed,
        elders=elders,
        canteens=canteens,
        today=local_date(clock.instant(), settings.timezone),
        say=lambda line: click.echo(line, err=True),
    )
    if as_json:
        say_json({"elders": len(made.diners), "meals": made.meals, "sign_ins": made.sign_ins})
        return
    print(f"{len(made.diners)} elders, {made.meals} meals in {days} days.")
    for name, password in made.sign_ins.items():
        print(f"  {name}  {password}")
