"""Policies: the options that say what the operator wants, and the policy that they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from netstat_fw.cli.failures import cleaned
from netstat_fw.cli.options import PATH
from netstat_fw.cli.sources import read_text
from netstat_fw.ruleset.policy import Policy, Profile

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_REMEDY = "write one with netstat-fw decide"

profile_option = click.option(
    "--profile",
    type=click.Choice([profile.value for profile in Profile]),
    default=Profile.BALANCED.value,
    show_default=True,
    help="How much is opened on how much proof.",
)
decisions_option = click.option(
    "--decisions",
    metavar="FILE",
    type=PATH,
    help="Answers that win over every guess; decide writes such a file.",
)
lockout_option = click.option(
    "--allow-lockout",
    is_flag=True,
    help="Let decisions close every way in for administrators.",
)


def policy_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a subcommand the options that `make_policy` takes."""
    for option in (lockout_option, decisions_option, profile_option):
        command = option(command)
    return command


def make_policy(*, profile: str, decisions: str | None, allow_lockout: bool) -> Policy:
    """Make the policy that the options say.

    Raises:
        InputError: for a decisions file that cannot be read.
        DecisionsError: for one that says what it cannot.
    """
    if decisions is None:
        return Policy(profile=profile, allow_lockout=allow_lockout)
    from netstat_fw.ruleset.decisions.reading import read_decisions  # noqa: PLC0415 - where asked for

    decided = read_decisions(read_text(decisions, _REMEDY), cleaned(decisions))
    return Policy(profile=profile, decisions=decided, allow_lockout=allow_lockout)
