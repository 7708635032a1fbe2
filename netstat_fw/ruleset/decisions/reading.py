"""Reading: a decisions file in TOML, into values.

The first thing that is wrong ends it; what a file says is never guessed at. The text is the
caller's to fetch, its name only a label.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from netstat_fw.diagnostics import printable
from netstat_fw.errors import DecisionsError, RulesetError
from netstat_fw.protocol import Protocol
from netstat_fw.ruleset.decisions.nodes import Node, Source
from netstat_fw.ruleset.decisions.toml_lines import find_deep_key, find_lines
from netstat_fw.ruleset.decisions.values import (
    Choice,
    Decisions,
    OwnCompanions,
    PortChoice,
    Reply,
)
from netstat_fw.ruleset.model import Zone
from netstat_fw.ruleset.rule import RemoteReference
from netstat_fw.ruleset.sets import AddressSet, PortSet
from netstat_fw.ruleset.terms import Direction, RemoteKind, as_action, member

if TYPE_CHECKING:
    from collections.abc import Collection

    from netstat_fw.ruleset.decisions.values import Remote

_KEYS = ("zones", "incoming", "outgoing", "answers", "companions", "ephemeral", "pin-destinations")
_CHOICE_KEYS = ("action", "port", "program", "service", "{side}", "log", "comment")
_SIDES = {Direction.INCOMING: "from", Direction.OUTGOING: "to"}
_ANYBODY = "any"
_QUESTION = re.compile(r"[A-Z][A-Z0-9_]*(?: .+)?")
_MOST_PARTS = 16
_RANGE = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")


def read_decisions(text: str, name: str = "decisions.toml") -> Decisions:
    r"""Read a decisions file.

    Args:
        text: the file's text; a byte order mark before it means nothing.
        name: the file's name, for messages.

    Raises:
        DecisionsError: for anything that is not right, with file, line and key.

    >>> decisions = read_decisions('[[incoming]]\naction = "drop"\nport = "tcp/25"')
    >>> str(decisions.choices[0]), decisions.where(decisions.choices[0].line)
    ('drop tcp/25', 'decisions.toml, line 1')
    """
    text = text.removeprefix("\ufeff")
    top = Node(_parsed(text, name), (), Source(name, find_lines(text))).entries(_KEYS)
    zones = tuple(_zones(top["zones"])) if "zones" in top else ()
    known = {zone.name for zone in zones}
    return Decisions(
        name=name,
        zones=zones,
        choices=tuple(
            _choice(node, direction, known)
            for direction in Direction
            if direction.value in top
            for node in top[direction.value].tables()
        ),
        replies=tuple(_replies(top["answers"])) if "answers" in top else (),
        companions=tuple(_companions(top["companions"])) if "companions" in top else (),
        ephemeral=_ephemeral(top["ephemeral"]) if "ephemeral" in top else None,
        pin_destinations=top["pin-destinations"].count() if "pin-destinations" in top else None,
    )


def _parsed(text: str, name: str) -> dict[str, object]:
    deep = find_deep_key(text, _MOST_PARTS)
    if deep is not None:
        raise DecisionsError(f"{name}, line {deep}: a key of more than {_MOST_PARTS} parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise DecisionsError(f"{name}: nested too deeply") from None
    except ValueError as error:
        # TOMLDecodeError ends in "(at line 3, column 5)" or "(at end of document)"; what a number
        # of thousands of digits raises says no place.
        message, _, place = str(error).removesuffix(")").partition(" (at ")
        if place.startswith("end"):
            last = text.count("\n") + 1
            place = f"line {last}, {place}"
        where = f"{name}, {place}" if place else name
        raise DecisionsError(printable(f"{where}: {message}")) from None


def _zones(node: Node) -> list[Zone]:
    zones = []
    for key, each in node.entries().items():
        with each.judging():
            zones.append(Zone(key, AddressSet(each.texts())))
    return zones


def _choice(node: Node, direction: Direction, zones: Collection[str]) -> Choice:
    side = _SIDES[direction]
    given = node.entries([key.format(side=side) for key in _CHOICE_KEYS])
    if "action" not in given:
        node.fail("lacks its action: accept, drop or reject")
    with given["action"].judging():
        action = as_action(given["action"].text())
    with node.judging():
        return Choice(
            direction=direction,
            action=action,
            ports=_ports(given["port"]) if "port" in given else (),
            program=given["program"].text() if "program" in given else None,
            service=given["service"].text() if "service" in given else None,
            remotes=_remotes(given[side], zones) if side in given else (),
            log="log" in given and given["log"].flag(),
            comment=given["comment"].text() if "comment" in given else "",
            line=node.line,
        )


def _ports(node: Node) -> tuple[PortChoice, ...]:
    with node.judging():
        ports = tuple(_port_choice(text) for text in node.texts())
    if not ports:
        node.fail("is to name a port, such as tcp/22")
    return ports


def _port_choice(text: str) -> PortChoice:
    protocol, slash, ports = text.partition("/")
    return PortChoice(member(Protocol, protocol), PortSet.parse(ports) if slash else None)


def _remotes(node: Node, zones: Collection[str]) -> tuple[Remote, ...]:
    """Read who the other side is: named ones each for itself, literals as one set."""
    texts = node.texts()
    if texts == [_ANYBODY]:
        return ()
    remotes: dict[Remote, None] = {}
    literals = []
    for text in texts:
        kind, colon, name = text.partition(":")
        if not colon or kind not in _REMOTE_KINDS:
            literals.append(text)
            continue
        if kind == RemoteKind.ZONE.value and name not in zones:
            node.fail(f"zone {name!r} is not under [zones]")
        with node.judging():
            remotes[RemoteReference(RemoteKind(kind), name)] = None
    if literals or not remotes:
        with node.judging():
            remotes[AddressSet(literals)] = None
    return tuple(remotes)


def _replies(node: Node) -> list[Reply]:
    replies = []
    for key, each in node.entries().items():
        if not _QUESTION.fullmatch(key):
            each.fail("is to be the code of a question, such as Q_UPDATES or 'Q_EXPOSE tcp/25'")
        if not isinstance(each.value, bool | str):
            each.fail("is to be true for yes, false for no, or a text")
        if isinstance(each.value, str) and each.value.strip().lower() in _WORDS:
            each.fail("is a text, which changes no rule: write true or false without quotes")
        replies.append(Reply(key, each.value, each.line))
    return replies


def _companions(node: Node) -> list[OwnCompanions]:
    found = []
    for key, each in node.entries().items():
        with each.judging():
            protocol, port = _single(key)
            companions = tuple(_single(text) for text in each.texts())
        found.append(OwnCompanions(protocol, port, companions, each.line))
    return found


def _single(text: str) -> tuple[Protocol, int]:
    choice = _port_choice(text)
    if choice.ports is None or len(choice.ports) > 1:
        raise RulesetError(f"{text!r} is to be one port, such as tcp/443")
    return choice.protocol, choice.ports.ranges[0][0]


def _ephemeral(node: Node) -> tuple[int, int]:
    match = _RANGE.fullmatch(node.text())
    if match is None:
        node.fail("is to be a range of ports, such as 32768-60999")
    low, high = int(match[1]), int(match[2])
    with node.judging():
        PortSet([(low, high)])
    return low, high


_REMOTE_KINDS = {kind.value for kind in RemoteKind}
_WORDS = frozenset({"true", "false", "yes", "no", "y", "n", "on", "off"})
