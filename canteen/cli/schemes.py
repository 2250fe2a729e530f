"""`canteen scheme …`: subsidy schemes as files, and put in force at canteens.

The subcommands are loaded when asked for: checking and quoting a file needs no database.
"""

import importlib
from collections.abc import Mapping

import click

#: subcommand → module:function
COMMANDS: Mapping[str, str] = {
    "check": "canteen.cli.scheme_files:check",
    "quote": "canteen.cli.scheme_files:quote_meals",
    "add": "canteen.cli.scheme_desk:add",
    "bind": "canteen.cli.scheme_desk:bind",
    "list": "canteen.cli.scheme_desk:list_all",
}


class _Subcommands(click.Group):
    """The subcommands of `canteen scheme`, each imported on use."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Subcommands)
def scheme() -> None:
    """Subsidy schemes (补贴办法): check a file, try it, add it, put it in force.

    \b
    Example:
      canteen scheme check canteen/schemes/nanning-2022.toml
      canteen scheme quote my-scheme.toml --case case.json
      canteen scheme bind nanning-2022 --canteen C1 --from 2026-01-01 --as admin
    """
