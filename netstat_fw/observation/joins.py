"""Joins: two values of one finding made one, whichever comes first and however often.

Every join is associative, commutative and idempotent. Sets are united, what restricts less wins,
and of two conclusions the surer one says what is still to be asked. Reasons are no matter of single
findings: their order is known to sightings alone.
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
from netstat_fw.evidence import Confidence, Question
from netstat_fw.protocol import Family, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from netstat_fw.address import Address
    from netstat_fw.analyzers.findings import Network
    from netstat_fw.observation.identity import Finding

T = TypeVar("T")
_F = TypeVar("_F", bound="Finding")
_Join: TypeAlias = "Callable[[Any, Any], Any]"


def join(one: _F, other: _F) -> _F:
    """Join two findings of one identity; the reasons are those of the first."""
    fields = {
        name: joined(getattr(one, name), getattr(other, name))
        for name, joined in _FIELDS[type(one)].items()
    }
    pair = [each for each in (one, other) if isinstance(each, Exposure | Connection | Datagram)]
    if pair:
        surest = [each for each in pair if each.confidence is fields["confidence"]]
        fields["question"] = _asked(each.question for each in surest)
    return attrs.evolve(one, **fields)


def _asked(questions: Iterable[Question | None]) -> Question | None:
    """Ask what is asked at all, of two questions the first by code and subject."""
    given = [each for each in questions if each is not None]
    if not given:
        return None
    first = min(given, key=_question_order)
    for each in given:
        if _question_order(each) == _question_order(first):
            first = join(first, each)
    return first


def _question_order(question: Question) -> tuple[str, str]:
    return question.code, question.subject


def unite(key: Callable[[T], Any]) -> Callable[[Iterable[T], Iterable[T]], tuple[T, ...]]:
    """Make the join that unites tuples as sets, sorted by a key that tells all members apart."""
    return lambda one, other: tuple(sorted({*one, *other}, key=key))


def address_order(address: Address) -> tuple[int, int]:
    """Sort addresses, IPv4 first."""
    return address.version, int(address)


def _network_order(network: Network) -> tuple[int, int, int]:
    return network.version, int(network.network_address), network.prefixlen


def _itself(member: T) -> T:
    return member


def _either(*, wins: bool) -> _Join:
    return lambda one, other: wins if wins in {one, other} else not wins


def _first_of(order: Iterable[object]) -> _Join:
    """Make the join that takes what comes first in an order."""
    ranks = {value: rank for rank, value in enumerate(order)}
    return lambda one, other: min(one, other, key=ranks.__getitem__)


def _in_order(order: Iterable[object]) -> _Join:
    ranks = {value: rank for rank, value in enumerate(order)}
    return unite(ranks.__getitem__)


def _least(one: Any, other: Any) -> Any:  # noqa: ANN401 - texts or numbers
    """Take the least of what is given at all."""
    return min((each for each in (one, other) if each is not None), default=None)


def _common(one: T | None, other: T | None) -> T | None:
    """Keep a restriction that both have."""
    return one if one == other else None


def _networks(one: tuple[Network, ...], other: tuple[Network, ...]) -> tuple[Network, ...]:
    """Unite networks, of which none means any."""
    return unite(_network_order)(one, other) if one and other else ()


_CONFIDENCES = (
    Confidence.CERTAIN,
    Confidence.HIGH,
    Confidence.POLICY,
    Confidence.MEDIUM,
    Confidence.SUGGESTED,
    Confidence.LOW,
    Confidence.UNDECIDED,
)
"""From the surest down, as `netstat_fw.analyzers.traffic` has it."""
_EVIDENCE: _Join = unite(_itself)
_ADDRESSES: _Join = unite(address_order)
_OF_PORTS: dict[str, _Join] = {
    "families": _in_order(Family),
    "service": _least,
    "programs": unite(_itself),
    "confidence": _first_of(_CONFIDENCES),
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
