"""`canteen reader`: card readers and their keys. A key is printed once, when the reader is added."""

import click

from canteen import clock
from canteen.cli.answers import say_json
from canteen.cli.shell import Desk, at_desk, writes
from canteen.rules.errors import NotFound
from canteen.services import places, readers
from canteen.services.places import CounterLine


@click.group()
def reader() -> None:
    """Card readers of the counters."""


@reader.command("add")
@click.argument("code")
@click.option("--canteen", "canteen_code", required=True, help="The canteen's code.")
@click.option("--counter", "counter_code", required=True, help="The counter's code.")
@click.option(
    "--profile", default="rdm6300", show_default=True, help="Protocol profile of the agent."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@writes("reader.write")
def add(
    code: str, canteen_code: str, counter_code: str, profile: str, as_json: bool, desk: Desk
) -> None:
    """Register a reader; prints its id and its key, the key only this once.

    \b
    Example:
      canteen reader add C1-R2 --canteen C1 --counter C1-2 --as admin
    """
    counter = _get_counter(desk, canteen_code, counter_code)
    desk.check(counter.place)
    made = desk.database.run(
        readers.add_reader,
        code=code,
        counter_id=counter.id,
        profile=profile,
        actor=desk.actor,
        origin=desk.origin,
        now=clock.instant(),
    )
    if as_json:
        say_json({"readers": {made.code: {"id": made.public_id, "key": made.key}}})
    else:
        click.echo(f'reader_id = "{made.public_id}"\nkey = "{made.key}"')


@reader.command("revoke")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@writes("reader.write")
def revoke(code: str, as_json: bool, desk: Desk) -> None:
    """Shut a reader out from its next request on.

    \b
    Example:
      canteen reader revoke C1-R2 --as admin
    """
    line = next(
        (line for line in desk.database.read(readers.list_readers) if line.code == code), None
    )
    if line is None:
        raise NotFound("reader_unknown", f"没有读卡器 {code}", f"No reader {code}")
    counter = desk.database.read(places.find_counter, counter_id=line.counter_id)
    assert counter is not None, "a reader stands at a counter"
    desk.check(counter.place)
    desk.database.run(
        readers.revoke_reader,
        code=code,
        actor=desk.actor,
        origin=desk.origin,
        now=clock.instant(),
    )
    if as_json:
        say_json({"code": code, "revoked": True})


@reader.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def list_all(as_json: bool) -> None:
    """Every reader and how it is.

    \b
    Example:
      canteen reader list --json
    """
    with at_desk() as desk:
        counters = {counter.id: counter for counter in desk.database.read(places.list_counters)}
        lines = [
            (line, counters[line.counter_id]) for line in desk.database.read(readers.list_readers)
        ]
    if as_json:
        say_json({"readers": [_as_json(line, counter) for line, counter in lines]})
        return
    for line, counter in lines:
        state = "revoked" if line.is_revoked else line.state or "-"
        click.echo(
            f"{line.code}\t{line.public_id}\t{counter.canteen_code}/{counter.code}\t{line.profile}\t{state}"
        )


def _as_json(line: readers.ReaderLine, counter: CounterLine) -> dict[str, object]:
    return {
        "code": line.code,
        "id": line.public_id,
        "canteen": counter.canteen_code,
        "counter": counter.code,
        "profile": line.profile,
        "revoked": line.is_revoked,
        "state": line.state,
        "reported_at": line.reported_at.isoformat() if line.reported_at else None,
        "outbox_waiting": line.outbox_waiting,
        "outbox_dead": line.outbox_dead,
        "outbox_stuck": line.outbox_stuck,
        "clock_offset_ms": line.clock_offset_ms,
    }


def _get_counter(desk: Desk, canteen_code: str, counter_code: str) -> CounterLine:
    for counter in desk.database.read(places.list_counters):
        if (counter.canteen_code, counter.code) == (canteen_code, counter_code):
            return counter
    raise NotFound(
        "counter_unknown",
        f"没有窗口 {canteen_code} / {counter_code}",
        f"No counter {counter_code} at canteen {canteen_code}",
    )
