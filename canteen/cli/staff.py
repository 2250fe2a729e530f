"""`canteen user`: accounts, their passwords and roles. A password is asked or generated, never a default."""

import sys

import click

from canteen import clock
from canteen.cli.answers import say_json
from canteen.cli.shell import Desk, at_desk, writes
from canteen.rules.errors import Invalid
from canteen.rules.roles import STAFF_ROLES
from canteen.services import staff


@click.group()
def user() -> None:
    """Accounts of people who work here."""


def _password_options(command: click.decorators.FC) -> click.decorators.FC:
    command = click.option(
        "--password-stdin",
        "from_stdin",
        is_flag=True,
        help="Read the password's line from standard input.",
    )(command)
    return click.option("--generate", is_flag=True, help="Make a password and print it once.")(
        command
    )


def _get_password(from_stdin: bool, generate: bool) -> tuple[str, bool]:
    """The password, and whether it must be shown because nobody has seen it yet."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    if generate or not sys.stdin.isatty():
        return staff.make_password(), True
    asked: str = click.prompt("密码 Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked, False


@user.command("add")
@click.argument("name")
@click.option("--display-name", default="", help="How screens name the person [default: NAME].")
@click.option("--role", type=click.Choice(STAFF_ROLES), help="A first role.")
@click.option("--scope", help="Where it holds: an area's or a canteen's code, or everywhere.")
@_password_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@writes("staff.write")
def add(
    name: str,
    display_name: str,
    role: str | None,
    scope: str | None,
    from_stdin: bool,
    generate: bool,
    as_json: bool,
    desk: Desk,
) -> None:
    """Make an account.

    \b
    Example:
      canteen user add li --role cashier --scope C1 --as admin
    """
    if (role is None) != (scope is None):
        raise Invalid("scope", "--role 和 --scope 要一起写", "--role and --scope go together")
    if role is not None and scope is not None:
        _check_scope(desk, role, scope)
    password, is_new = _get_password(from_stdin, generate)
    desk.database.run(
        staff.add_account_with_role,
        name=name,
        display_name=display_name or name,
        password=password,
        role=role,
        scope=scope,
        actor=desk.actor,
        origin=desk.origin,
        now=clock.instant(),
    )
    _tell(name, password if is_new else None, as_json)


@user.command("passwd")
@click.argument("name")
@_password_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@writes("staff.write")
def passwd(name: str, from_stdin: bool, generate: bool, as_json: bool, desk: Desk) -> None:
    """Give an account a new password; its sessions end.

    \b
    Example:
      canteen user passwd li --generate --as admin
    """
    _check_reach(desk, name)
    password, is_new = _get_password(from_stdin, generate)
    desk.database.run(
        staff.set_password,
        name=name,
        password=password,
        actor=desk.actor,
        origin=desk.origin,
        now=clock.instant(),
    )
    _tell(name, password if is_new else None, as_json)


@user.command("grant")
@click.argument("name")
@click.argument("role", type=click.Choice(STAFF_ROLES))
@click.argument("scope")
@click.option("--revoke", is_flag=True, help="Take the role back.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@writes("staff.write")
def grant(name: str, role: str, scope: str, revoke: bool, as_json: bool, desk: Desk) -> None:
    """Give a role at a scope (an area's or a canteen's code, or everywhere), or take it back.

    \b
    Example:
      canteen user grant li cashier C1 --as admin
    """
    _check_reach(desk, name)
    _check_scope(desk, role, scope)
    desk.database.run(
        staff.revoke_role if revoke else staff.grant_role,
        name=name,
        role=role,
        scope=scope,
        actor=desk.actor,
        origin=desk.origin,
        now=clock.instant(),
    )
    if as_json:
        say_json({"name": name, "role": role, "scope": scope, "held": not revoke})


@user.command("disable")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@writes("staff.write")
def disable(name: str, as_json: bool, desk: Desk) -> None:
    """Shut an account; its sessions end at once.

    \b
    Example:
      canteen user disable li --as admin
    """
    _check_reach(desk, name)
    desk.database.run(
        staff.disable_account,
        name=name,
        actor=desk.actor,
        origin=desk.origin,
        now=clock.instant(),
    )
    if as_json:
        say_json({"name": name, "disabled": True})


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def list_accounts(as_json: bool) -> None:
    """Every account with its roles.

    \b
    Example:
      canteen user list --json
    """
    with at_desk() as desk:
        lines = desk.database.read(staff.list_staff)
    if as_json:
        say_json({"staff": [_as_json(line) for line in lines]})
        return
    for line in lines:
        roles = ", ".join(f"{held.role}@{held.scope or 'everywhere'}" for held in line.grants)
        click.echo(
            f"{line.name}\t{line.display_name}\t{roles}{'  (off)' if line.is_disabled else ''}"
        )


def _as_json(line: staff.StaffLine) -> dict[str, object]:
    return {
        "name": line.name,
        "display_name": line.display_name,
        "disabled": line.is_disabled,
        "roles": [{"role": held.role, "scope": held.scope or "everywhere"} for held in line.grants],
    }


def _check_scope(desk: Desk, role: str, scope: str) -> None:
    """Who hands a role on must reach all of its scope."""
    wanted = desk.database.read(staff.read_scope, role=role, scope=scope)
    desk.check(desk.database.read(staff.get_place_of_grant, grant=wanted))


def _check_reach(desk: Desk, name: str) -> None:
    """Who changes an account must reach every place that account reaches."""
    for place in desk.database.read(staff.list_places_of, name=name):
        desk.check(place)


def _tell(name: str, password: str | None, as_json: bool) -> None:
    if as_json:
        say_json({"name": name, "password": password})
    elif password is not None:
        click.echo(f"{name}: {password}")
