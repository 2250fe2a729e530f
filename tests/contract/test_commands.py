"""The command lines that others rely on: every command is there, explains itself, and shows an example."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from canteen.cli import main

COMMANDS = (
    "init",
    "setup",
    "serve",
    "jobs",
    "demo",
    "scheme check",
    "scheme quote",
    "scheme add",
    "scheme bind",
    "scheme list",
    "user add",
    "user passwd",
    "user grant",
    "user list",
    "reader add",
    "reader revoke",
    "reader list",
    "deliveries plan",
    "check",
    "ledger export",
    "backup",
    "restore",
)
WRITING = {
    "scheme add",
    "scheme bind",
    "user add",
    "user passwd",
    "user grant",
    "reader add",
    "reader revoke",
    "deliveries plan",
}
AGENT_COMMANDS = ("ports", "run", "decode", "simulate")


def _help(command: str) -> str:
    done = CliRunner().invoke(main, [*command.split(), "--help"])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_explains_itself_with_an_example(command: str):
    text = _help(command)

    assert "Example" in text
    assert f"canteen {command}" in text


@pytest.mark.parametrize("command", sorted(WRITING))
def test_a_writing_command_asks_who_writes(command: str):
    assert "--as" in _help(command)


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"serve", "jobs", "ledger export"}))
def test_a_command_can_answer_with_one_json_document(command: str):
    assert "--json" in _help(command)


@pytest.mark.parametrize("command", AGENT_COMMANDS)
def test_a_command_of_the_agent_explains_itself_with_an_example(command: str):
    done = subprocess.run(
        [sys.executable, "-m", "card_reader", command, "--help"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert "xample" in done.stdout
    assert f"card-reader {command}" in done.stdout


def test_an_unknown_command_ends_with_exit_code_2():
    assert CliRunner().invoke(main, ["refund"]).exit_code == 2
