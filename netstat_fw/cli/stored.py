"""Stored rulesets: the files that ``export --to json`` writes, and captures in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers import analyze
from netstat_fw.cli.captures import parse_bytes
from netstat_fw.cli.failures import InputError, cleaned
from netstat_fw.cli.sources import Source, find_sources, read_bytes
from netstat_fw.errors import RulesetError
from netstat_fw.ruleset.model import Ruleset
from netstat_fw.ruleset.proposal import propose

if TYPE_CHECKING:
    from netstat_fw.ruleset.policy import Policy

_REMEDY = "write one with netstat-fw export CAPTURE --to json -o FILE"
# White space and byte order marks, also of UTF-16, in which some shells redirect.
_BEFORE_TEXT = b" \t\r\n\0\xef\xbb\xbf\xff\xfe"


def read_ruleset(name: str) -> Ruleset:
    """Read a stored ruleset.

    Raises:
        InputError: for what cannot be read or is no ruleset.
    """
    return _as_ruleset(read_bytes(Source(name, remedy=_REMEDY)), name)


def read_either(name: str, policy: Policy) -> tuple[Ruleset, bool]:
    """Read a stored ruleset, or a capture and propose one; tell whether rows could not be read.

    Raises:
        InputError: for what cannot be read or is neither, and for a folder.
    """
    (source,) = find_sources([name])[:1]
    if source.in_folder:
        raise InputError(
            f"{cleaned(name)} is a folder: export its captures with --to json, and compare that"
        )
    data = read_bytes(source)
    if data.lstrip(_BEFORE_TEXT).startswith(b"{"):
        return _as_ruleset(data, name), False
    capture = parse_bytes(data, str(source), is_only=False)
    findings = analyze(capture, ephemeral=policy.decisions.ephemeral)
    return propose(findings, policy), bool(capture.errors)


def _as_ruleset(data: bytes, name: str) -> Ruleset:
    try:
        return Ruleset.from_json(data)
    except RulesetError as error:
        said = str(error).partition("\n")[0]
        raise InputError(
            cleaned(f"{name} is no ruleset ({said}): write one with export --to json")
        ) from None
