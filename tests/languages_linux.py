"""The words that net-tools prints in the languages it was translated into, from its catalogues.

The words stand in ``languages_linux.toml``; what a catalogue does not translate stays English.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from netstat_fw.records import State, UnixState

if TYPE_CHECKING:
    from collections.abc import Mapping


@attrs.frozen
class Language:
    """The words of one message catalogue, padding included.

    Attributes:
        internet: title of the internet table, up to the filter.
        unix: title of the unix table.
        filter: what ``-a`` prints behind both.
        header: column header up to the state.
        user: what ``-e`` adds to it.
        timer: what ``-o`` adds to it.
        unix_header: column header of unix sockets up to the inode.
        path: its last name.
        states: words of TCP states that are translated.
        unix_states: words of unix states that are translated.
        timers: words of timers that are translated.
        decimal: the sign before the fraction of a timer's seconds.
    """

    internet: str = "Active Internet connections "
    unix: str = "Active UNIX domain sockets "
    filter: str = "(servers and established)"
    header: str = "Proto Recv-Q Send-Q Local Address           Foreign Address         State      "
    user: str = " User       Inode     "
    timer: str = " Timer"
    unix_header: str = "Proto RefCnt Flags       Type       State         I-Node  "
    path: str = " Path"
    states: Mapping[State, str] = attrs.field(factory=dict)
    unix_states: Mapping[UnixState, str] = attrs.field(factory=dict)
    timers: Mapping[str, str] = attrs.field(factory=dict)
    decimal: str = "."


def _read(words: Mapping[str, Any]) -> Language:
    states = {State[name]: word for name, word in words.get("states", {}).items()}
    unix_states = {UnixState[name]: word for name, word in words.get("unix_states", {}).items()}
    return Language(**{**words, "states": states, "unix_states": unix_states})


ENGLISH = Language()
LANGUAGES = {
    code: _read(words)
    for code, words in tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).items()
}
