"""Joins: values of one finding made one, in whatever order they come and however often.

Every join is associative, commutative and idempotent, and takes any number of values, at least one.
Sets are united, what restricts less wins, and of several conclusions the surest says what is still
to be asked. Reasons are no matter of single findings: only sightings know their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import attrs

from netstat_fw.analyzers.findings import (
    Answer,
    Basis,
    Connection,
    Datagram,
    DualStack,
    Exposure,
    Hazard,
    Risk,
    Stance,
)
from netstat_fw.analyzers.meetings import join_meetings
from netstat_fw.construct import changed
from netstat_fw.evidence import SUREST_FIRST, Evidence, Question
from netstat_fw.protocol import Family, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from netstat_fw.address import Address, Network
    from netstat_fw.observation.identity import Finding

T = TypeVar("T")
_F = TypeVar("_F", bound="Finding")
_Join: TypeAlias = "Callable[[Sequence[Any]], Any]"


def join(findings: Sequence[_F]) -> _F:
    """Join findings of one identity; the reasons are those of the first."""
    first = findings[0]
    if len(findings) == 1:
        return canonical(first)
    fields = {
        name: joined([getattr(each, name) for each in findings])
        for name, joined in _FIELDS[type(first)].items()
    }
    exposures = [each for each in findings if isinstance(each, Exposure)]
    if exposures:
        fields["meetings"] = join_meetings(exposures, fields["addresses"])
    asking = [e for e in findings if isinstance(e, Exposure | Connection | Datagram)]
    if asking:
        surest = (each for each in asking if each.confidence is fields["confidence"])
        fields["question"] = _asked(each.question for each in surest)
    return attrs.evolve(first, **fields)


def canonical(finding: _F) -> _F:
    """Sort what a finding's tuples hold, each of it once: what joining it with itself does."""
    changes: dict[str, object] = {}
    for name, united in _TUPLES[type(finding)]:
        value = getattr(finding, name)
        if len(value) > 1:
            changes[name] = united((value,))
    if isinstance(finding, Exposure | Connection | Datagram) and finding.question is not None:
        changes["question"] = canonical(finding.question)
    return changed(finding, **changes) if changes else finding


def unite(key: Callable[[T], Any]) -> Callable[[Iterable[Iterable[T]]], tuple[T, ...]]:
    """Make the join that unites tuples as sets, sorted by a key that tells all members apart."""
    return lambda values: tuple(sorted(set().union(*values), key=key))


def address_order(address: Address) -> tuple[int, int]:
    """Sort addresses, IPv4 first."""
    return address.version, int(address)


def unite_lines(values: Iterable[Iterable[Evidence]]) -> tuple[Evidence, ...]:
    """Unite cited lines, sorted as `Evidence` sorts, which takes far longer to compare itself."""
    lines = {(each.line, each.capture): each for some in values for each in some}
    return tuple([lines[key] for key in sorted(lines)])


def _asked(questions: Iterable[Question | None]) -> Question | None:
    """Ask what is asked at all, of several questions the first by code and subject."""
    given = [each for each in questions if each is not None]
    if not given:
        return None
    first = min(map(_question_order, given))
    return join([each for each in given if _question_order(each) == first])


def _question_order(question: Question) -> tuple[str, str]:
    return question.code, question.subject


def _network_order(network: Network) -> tuple[int, int, int]:
    return network.version, int(network.network_address), network.prefixlen


def _either(*, wins: bool) -> _Join:
    return lambda values: wins if wins in values else not wins


def _first_of(order: Iterable[object]) -> _Join:
    """Make the join that takes what comes first in an order."""
    ranks = {value: rank for rank, value in enumerate(order)}
    return lambda values: min(values, key=ranks.__getitem__)


def _in_order(order: Iterable[object]) -> _Join:
    ranks = {value: rank for rank, value in enumerate(order)}
    return unite(ranks.__getitem__)


def _least(values: Sequence[Any]) -> Any:  # noqa: ANN401 - texts or numbers
    """Take the least of what is given at all."""
    return min((each for each in values if each is not None), default=None)


def _common(values: Sequence[T | None]) -> T | None:
    """Keep a restriction that all have."""
    return values[0] if all(each == values[0] for each in values) else None


def _networks(values: Sequence[tuple[Network, ...]]) -> tuple[Network, ...]:
    """Unite networks, of which none means any."""
    return unite(_network_order)(values) if all(values) else ()


_EVIDENCE: _Join = unite_lines
_ADDRESSES: _Join = unite(address_order)
_OF_PORTS: dict[str, _Join] = {
    "families": _in_order(Family),
    "service": _least,
    "programs": unite(str),
    "confidence": _first_of(SUREST_FIRST),
    "evidence": _EVIDENCE,
}
_OF_TRAFFIC: dict[str, _Join] = {
    **_OF_PORTS,
    "basis": _first_of(Basis),
    "peers": _ADDRESSES,
    "peers_complete": _either(wins=False),
    "remotes": _networks,
    "carries": _in_order(Protocol),
}
_FIELDS: dict[type, dict[str, _Join]] = {
    Exposure: {
        **_OF_TRAFFIC,
        "addresses": _ADDRESSES,
        "connected": _ADDRESSES,
        "stance": _first_of(Stance),
        "remote_port": _common,
        "sessions": _EVIDENCE,
        "admin": _either(wins=True),
        # Proof outweighs what was assumed without it.
        "dual_stack": _first_of(
            (DualStack.PROVEN, DualStack.TWIN, DualStack.ASSUMED, DualStack.NONE, None)
        ),
        "companion_of": _least,
    },
    Connection: {**_OF_TRAFFIC, "unanswered": _either(wins=False)},
    Datagram: _OF_PORTS,
    Question: {"sentence": _least, "evidence": _EVIDENCE},
    Answer: {"sentence": _least, "evidence": _EVIDENCE},
    Hazard: {"risk": _first_of(Risk), "advice": _least, "evidence": _EVIDENCE},
}
_TUPLES = {
    kind: tuple(
        (field.name, _FIELDS[kind][field.name])
        for field in attrs.fields(kind)
        if field.name in _FIELDS[kind] and str(field.type).startswith("tuple")
    )
    for kind in _FIELDS
}
"""Those of the fields that hold several values."""
