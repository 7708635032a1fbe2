"""Nodes: values of a TOML file together with their place, so that every complaint names it.

A node is asked for what it should be, and gives that or raises; nothing is converted silently.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import attrs

from netstat_fw.diagnostics import printable
from netstat_fw.errors import DecisionsError, RulesetError
from netstat_fw.ruleset.decisions.toml_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from netstat_fw.ruleset.decisions.toml_lines import Path


@attrs.frozen
class Source:
    """A file.

    Attributes:
        name: its name, for messages.
        lines: where its keys are.
    """

    name: str
    lines: Mapping[Path, int]


@attrs.frozen
class Node:
    """A value in a file.

    Attributes:
        value: what TOML makes of it.
        path: the keys that lead to it.
        source: the file.
    """

    value: Any
    path: Path
    source: Source

    @property
    def line(self) -> int:
        """The 1-based line of its key."""
        return line_of(self.source.lines, self.path)

    def fail(self, problem: str) -> NoReturn:
        """Complain about the value.

        Raises:
            DecisionsError: always.
        """
        place = f"{self.source.name}, line {self.line}, {shown_path(self.path)}"
        raise DecisionsError(printable(f"{place}: {problem}"))

    @contextmanager
    def judging(self) -> Iterator[None]:
        """Complain about the value where what is made of it cannot be."""
        try:
            yield
        except RulesetError as error:
            self.fail(str(error))

    def entries(self, known: Collection[str] = ()) -> dict[str, Node]:
        """Take it as a table, of these keys only where any are given."""
        if not isinstance(self.value, dict):
            self.fail("is to be a table")
        inner = {
            key: Node(each, (*self.path, key), self.source) for key, each in self.value.items()
        }
        for key, node in inner.items():
            if known and key not in known:
                node.fail(f"unknown key; known here: {', '.join(known)}")
        return inner

    def tables(self) -> list[Node]:
        """Take it as an array of tables, as ``[[...]]`` makes one."""
        if not isinstance(self.value, list):
            self.fail(f"is to be written as [[{self.path[-1]}]]")
        return [Node(each, (*self.path, n), self.source) for n, each in enumerate(self.value)]

    def texts(self) -> list[str]:
        """Take it as a text or a list of texts."""
        several = self.value if isinstance(self.value, list) else [self.value]
        if not all(isinstance(each, str) for each in several):
            self.fail("is to be a text, or a list of texts")
        return several

    def text(self) -> str:
        """Take it as a text with something in it."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.fail("is to be a text")
        return self.value

    def flag(self) -> bool:
        """Take it as true or false."""
        if not isinstance(self.value, bool):
            self.fail("is to be true or false")
        return self.value

    def count(self) -> int:
        """Take it as a whole number from 0 up."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < 0:
            self.fail("is to be a whole number, 0 or more")
        return self.value


def shown_path(path: Path) -> str:
    """Write a path for a reader, entries of arrays counted from 1.

    >>> shown_path(("incoming", 1, "port")), shown_path(())
    ('incoming[2].port', 'the file')
    """
    text = "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".") or "the file"
