"""Exceptions: one root, and the built-in kind that a caller would expect."""

from __future__ import annotations

import pytest

from netstat_fw import errors
from netstat_fw.errors import CaptureError, NetstatFwError, UnrecognizedCapture
from netstat_fw.records import Capture, Dialect

_ALL = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, Exception)
]


@pytest.mark.parametrize("error", _ALL)
def test_every_error_has_the_one_root(error: type[Exception]) -> None:
    assert issubclass(error, NetstatFwError)


@pytest.mark.parametrize(
    "name",
    [
        "UnrecognizedCapture",
        "CaptureError",
        "RulesetError",
        "ExportError",
        "DecisionsError",
        "FleetError",
    ],
)
def test_a_wrong_value_is_a_value_error(name: str) -> None:
    assert issubclass(getattr(errors, name), ValueError)


def test_a_lock_out_is_no_wrong_value() -> None:
    assert not issubclass(errors.LockOutError, ValueError)


def test_a_capture_error_carries_what_could_be_read() -> None:
    capture = Capture(Dialect.LINUX)
    error = CaptureError("1 row could not be read", capture)
    assert str(error) == "1 row could not be read"
    assert error.capture is capture


def test_the_message_of_an_unrecognized_capture_is_its_text() -> None:
    assert str(UnrecognizedCapture("no table")) == "no table"
