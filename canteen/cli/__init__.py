"""The `canteen` command. Each subcommand is loaded when it is used, from one table of names, so that
`serve` never carries Alembic or APScheduler and `--help` answers at once."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

from canteen.cli.answers import fail
from canteen.rules.errors import CanteenError

#: command → module:function
COMMANDS: Mapping[str, str] = {
    "init": "canteen.cli.database:init",
    "setup": "canteen.cli.setup:setup",
    "serve": "canteen.cli.serve:serve",
    "jobs": "canteen.cli.jobs:jobs",
    "demo": "canteen.cli.demo:demo",
    "scheme": "canteen.cli.schemes:scheme",
    "user": "canteen.cli.staff:user",
    "reader": "canteen.cli.readers:reader",
    "day": "canteen.cli.days:day",
    "claim": "canteen.cli.claims:claim",
    "correction": "canteen.cli.corrections:correction",
    "deliveries": "canteen.cli.deliveries:deliveries",
    "roster": "canteen.cli.roster:roster",
    "check": "canteen.cli.books:check",
    "ledger": "canteen.cli.books:ledger",
    "backup": "canteen.cli.backups:backup",
    "restore": "canteen.cli.backups:restore",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for; what stops a use case is told in
    one sentence and ends with exit code 2."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        as_json = "--json" in ctx.args
        try:
            return super().invoke(ctx)
        except CanteenError as error:
            return fail(error, as_json=as_json)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def main() -> None:
    """The meal-card service of an elder canteen (长者食堂).

    \b
    Example:
      canteen init
      canteen setup world.toml --apply
      canteen serve
    """
