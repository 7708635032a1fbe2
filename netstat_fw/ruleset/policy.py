"""Policy: the operator's choices, which say what a proposal makes of findings.

Findings say what is; only a policy says what is to be. Every field has a default that is right for
somebody who has said nothing yet.
"""

from __future__ import annotations

import enum

import attrs

from netstat_fw.brief import brief
from netstat_fw.errors import RulesetError
from netstat_fw.ruleset.decisions.values import Decisions
from netstat_fw.ruleset.log import Log
from netstat_fw.ruleset.terms import member


class Profile(enum.Enum):
    """How much is opened on how much proof."""

    STRICT = "strict"
    """Only what was proved; the rest is written down, disabled, and asked about."""
    BALANCED = "balanced"
    """What was proved or is usual for its port; dangers are narrowed to who was seen."""
    PERMISSIVE = "permissive"
    """Whatever speaks for traffic opens it; what is doubtful is logged. For learning."""


def _as_profile(value: Profile | str) -> Profile:
    return member(Profile, value)


def _check_count(_instance: object, field: attrs.Attribute[int | None], value: int | None) -> None:
    if value is not None and value < 0:
        raise RulesetError(f"{field.name} is 0 or more, or None, not {value}")


@attrs.frozen(kw_only=True)
class Policy:
    """What the operator wants.

    Attributes:
        profile: how much is opened on how much proof; also taken as text.
        decisions: what has been decided about single things; they win over everything else.
        companions: open the ports that usually go with exposed ones; None leaves it to the profile,
            which opens them unless it is strict.
        narrow_sources: narrow every source that would be any to the peers seen, as prefixes with at
            most this many addresses beside the peers; None narrows nothing. Ways in for
            administrators, and ports without captured peers, are never narrowed by it.
        pin_destinations: narrow outgoing traffic to the peers seen where those are at most this
            many; None pins nothing.
        log: how what is logged is logged: doubtful traffic of the permissive profile, and what a
            decision says.
        log_dropped: how to log what the last rule of each chain drops; None logs nothing and leaves
            the dropping to the chain's default.
        allow_lockout: let decisions close every way in for administrators.

    Raises:
        RulesetError: for an unknown profile or a negative number.

    >>> Policy(profile="strict").profile is Profile.STRICT
    True
    """

    profile: Profile = attrs.field(default=Profile.BALANCED, converter=_as_profile)
    decisions: Decisions = attrs.field(factory=Decisions)
    companions: bool | None = None
    narrow_sources: int | None = attrs.field(default=None, validator=_check_count)
    pin_destinations: int | None = attrs.field(default=None, validator=_check_count)
    log: Log = attrs.field(factory=Log)
    log_dropped: Log | None = None
    allow_lockout: bool = False

    @property
    def opens_companions(self) -> bool:
        """Whether ports that usually go with exposed ones are opened."""
        if self.companions is None:
            return self.profile is not Profile.STRICT
        return self.companions

    def __repr__(self) -> str:
        """Say what differs from what is usual."""
        return brief(
            self,
            self.profile.value,
            decisions=None if self.decisions == Decisions() else self.decisions,
            companions=self.companions,
            narrow_sources=self.narrow_sources,
            pin_destinations=self.pin_destinations,
            log_dropped=self.log_dropped is not None,
            allow_lockout=self.allow_lockout,
        )
