"""Exceptions: problems with the *call*, never with a single captured line.

Problems inside a capture are values (`netstat_fw.diagnostics.Diagnostic`); what is raised is raised
because the call as a whole cannot give a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netstat_fw.records import Capture


class NetstatFwError(Exception):
    """The one root of everything this library raises on purpose."""


class UnrecognizedCapture(NetstatFwError, ValueError):  # noqa: N818 - the contract's name
    """The text holds no netstat socket table; the message says what was seen instead."""


class CaptureError(NetstatFwError, ValueError):
    """A strict `parse` met rows that it could not read; `capture` holds all that it could."""

    def __init__(self, message: str, capture: Capture) -> None:
        super().__init__(message)
        self.capture = capture


class RulesetError(NetstatFwError, ValueError):
    """A rule, set, flow or stored ruleset that cannot exist; the message names the part."""


class PlainDataError(NetstatFwError, ValueError):
    """Plain data that is no stored capture or findings; one line for each culprit, path first."""


class MissingExtraError(NetstatFwError, ImportError):
    """An optional library is not installed; the message has the command that installs it."""


class ExportError(NetstatFwError, ValueError):
    """A target that cannot take a ruleset without becoming looser than it, or an unknown target.

    The message names the rule and the way round.
    """


class DecisionsError(NetstatFwError, ValueError):
    """A decisions file that cannot be read; the message names the file, the line and the key."""


class LockOutError(NetstatFwError):
    """A policy whose decisions would close every way in for administrators."""


class FleetError(NetstatFwError, ValueError):
    """Work on many hosts that cannot be taken up: packed by another version, or damaged."""
