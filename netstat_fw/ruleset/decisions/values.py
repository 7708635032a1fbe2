"""Decisions as values: what the operator has decided, whatever the captures say.

They are kept apart from findings: nothing here is evidence, and nothing is looked up. Every value
remembers the line that it was written on, which has no part in equality.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.brief import brief
from netstat_fw.diagnostics import printable
from netstat_fw.errors import RulesetError
from netstat_fw.evidence import Question  # noqa: TC001 - attrs.resolve_types needs them
from netstat_fw.protocol import Protocol
from netstat_fw.ruleset.model import Zone  # noqa: TC001 - the same
from netstat_fw.ruleset.rule import RemoteReference
from netstat_fw.ruleset.sets import AddressSet, PortSet
from netstat_fw.ruleset.terms import Action, Direction, as_action

if TYPE_CHECKING:
    from collections.abc import Iterable

Remote: TypeAlias = AddressSet | RemoteReference

_BASE = "the base rules accept what every host needs of it"
_SOCKET = "it is a kind of socket, which no packet carries"
_NOT_DECIDED = {
    Protocol.ICMP: _BASE,
    Protocol.ICMPV6: _BASE,
    Protocol.RAW: _SOCKET,
    Protocol.DIVERT: _SOCKET,
}


@attrs.frozen
class PortChoice:
    """Ports that a choice is about.

    Attributes:
        protocol: the protocol.
        ports: its ports; None for a protocol without ports.

    Raises:
        RulesetError: for ports of a protocol without any, or the other way round, for ICMP, which
            the base rules decide, and for kinds of socket that are no protocol.
    """

    protocol: Protocol
    ports: PortSet | None = None

    def __attrs_post_init__(self) -> None:
        """Check that there are ports exactly where the protocol has them."""
        if self.protocol in _NOT_DECIDED:
            raise RulesetError(
                f"{self.protocol.value} is not for decisions: {_NOT_DECIDED[self.protocol]}"
            )
        if self.protocol.has_ports and self.ports is None:
            raise RulesetError(f"which ports of {self.protocol.value}?")
        if self.ports is not None and not self.protocol.has_ports:
            raise RulesetError(f"{self.protocol.value} has no ports")

    def __str__(self) -> str:
        """Write it as the file does: ``tcp/22``, ``esp``."""
        return self.protocol.value if self.ports is None else f"{self.protocol.value}/{self.ports}"


def _by_protocol(choices: Iterable[PortChoice]) -> tuple[PortChoice, ...]:
    """Unite the ports of each protocol."""
    found: dict[Protocol, PortChoice] = {}
    for each in choices:
        known = found.get(each.protocol, each)
        both = known.ports and each.ports and known.ports | each.ports
        found[each.protocol] = PortChoice(each.protocol, both)
    return tuple(found.values())


@attrs.frozen(kw_only=True)
class Choice:
    """Traffic that the operator accepts, drops or rejects.

    What is said of ports, program and service must all hold. Accepting traffic from or to somebody
    accepts it from or to nobody else.

    Attributes:
        direction: which chain it is for.
        action: what happens.
        ports: local ports of incoming, remote ports of outgoing traffic, one entry for each
            protocol; empty for any.
        program: name of the program that a finding must have, without regard to case.
        service: name of the service that a finding must have, without regard to case.
        remotes: who the other side is; empty for anybody.
        log: log what it decides.
        comment: a comment for the rule.
        line: 1-based line in the file; 0 where there is none.

    Raises:
        RulesetError: for a choice about everything, from or to everybody.
    """

    direction: Direction
    action: Action = attrs.field(converter=as_action)
    ports: tuple[PortChoice, ...] = attrs.field(default=(), converter=_by_protocol)
    program: str | None = None
    service: str | None = None
    remotes: tuple[Remote, ...] = ()
    log: bool = False
    comment: str = ""
    line: int = attrs.field(default=0, eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what would be a chain's default."""
        if self.is_broad and not self.remotes:
            raise RulesetError("says neither which traffic it is for nor whose")

    @property
    def is_broad(self) -> bool:
        """Whether it is for all traffic with somebody."""
        return not self.ports and self.program is None and self.service is None

    @property
    def opens_by_name(self) -> bool:
        """Whether it accepts what programs of a name serve, whatever the ports are."""
        return self.action is Action.ACCEPT and self.program is not None and not self.ports

    def __str__(self) -> str:
        """Write it for a reader: ``accept tcp/22 from zone office``."""
        parts = [self.action.value, ", ".join(map(str, self.ports)) or "everything"]
        parts += [] if self.service is None else [f"of service {self.service}"]
        parts += [] if self.program is None else [f"of program {self.program}"]
        if self.remotes:
            parts.append("from" if self.direction is Direction.INCOMING else "to")
            parts.append(", ".join(map(str, self.remotes)))
        return printable(" ".join(parts))


@attrs.frozen
class Reply:
    """An answer to a question.

    Attributes:
        question: code of the question, and its subject behind a blank where only one is meant.
        value: True opens what was asked about, False keeps it shut; a text settles the question and
            changes no rule.
        line: 1-based line in the file; 0 where there is none.
    """

    question: str
    value: bool | str
    line: int = attrs.field(default=0, eq=False)


@attrs.frozen
class OwnCompanions:
    """The ports that go with a port on this host, instead of those that usually do.

    Attributes:
        protocol: protocol of the exposed port.
        port: the exposed port, 1 to 65535.
        companions: what is opened with it, to the same others; may be empty.
        line: 1-based line in the file; 0 where there is none.
    """

    protocol: Protocol
    port: int
    companions: tuple[tuple[Protocol, int], ...]
    line: int = attrs.field(default=0, eq=False)


@attrs.frozen(kw_only=True)
class Decisions:
    """Everything that the operator has decided.

    Attributes:
        name: name of the file, for messages.
        zones: named address sets.
        choices: in order; of two about the same traffic the first wins.
        replies: answers to questions.
        companions: ports that go with others.
        ephemeral: first and last port that the host's kernel hands out to clients, for `analyze`;
            None where nothing is said.
        pin_destinations: as in `Policy`, over which it wins; None where nothing is said.
    """

    name: str = "decisions"
    zones: tuple[Zone, ...] = ()
    choices: tuple[Choice, ...] = ()
    replies: tuple[Reply, ...] = ()
    companions: tuple[OwnCompanions, ...] = ()
    ephemeral: tuple[int, int] | None = None
    pin_destinations: int | None = None

    def where(self, line: int) -> str:
        """Name a place in the file: ``decisions.toml, line 4``."""
        return f"{self.name}, line {line}" if line else self.name

    def __repr__(self) -> str:
        """Sum the decisions up."""
        return brief(
            self,
            name=self.name,
            zones=len(self.zones) or None,
            choices=len(self.choices) or None,
            replies=len(self.replies) or None,
            companions=len(self.companions) or None,
            ephemeral=self.ephemeral,
            pin_destinations=self.pin_destinations,
        )


def question_key(question: Question) -> str:
    r"""Name a question as a decisions file does: its code, and its subject behind a blank.

    >>> from netstat_fw.evidence import Question
    >>> question_key(Question("Q_EXPOSE", "...", "tcp/25")), question_key(Question("Q_UPDATES", ""))
    ('Q_EXPOSE tcp/25', 'Q_UPDATES')
    """
    return printable(f"{question.code} {question.subject}".strip())
