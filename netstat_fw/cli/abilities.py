"""Abilities: what each target can hold, found out by asking it.

Each feature of a ruleset is tried on the target's own exporter, so that nothing said here can be
out of date. A target holds a feature; or it leaves it out, and is stricter for it; or it refuses a
ruleset that has it.
"""

from __future__ import annotations

import enum
import inspect
import sys
from typing import TYPE_CHECKING, Any

import attrs

from netstat_fw.errors import ExportError
from netstat_fw.exporters import exporter_of, render
from netstat_fw.exporters.deploy import deploy_script
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.base import base_rules
from netstat_fw.ruleset.log import Log
from netstat_fw.ruleset.model import Chain, Ruleset, Zone
from netstat_fw.ruleset.rule import RemoteReference, Rule
from netstat_fw.ruleset.sets import AddressSet, PortSet
from netstat_fw.ruleset.terms import Action, RemoteKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netstat_fw.exporters import Omission


class Ability(enum.Enum):
    """How a target takes a feature."""

    HOLDS = "holds"
    LEAVES_OUT = "leaves out"
    """Stricter than the ruleset, and said so."""
    REFUSES = "refuses"
    """No output at all: without the feature more would pass."""


@attrs.frozen
class Finding:
    """How a target takes one feature.

    Attributes:
        feature: its name.
        ability: how the target takes it.
        sentence: what the exporter says of it; empty where it holds the feature.
    """

    feature: str
    ability: Ability
    sentence: str = ""


@attrs.frozen
class Target:
    """What there is to know about a target.

    Attributes:
        name: as ``export --to`` takes it.
        title: what it is, one line.
        options: names of its own options, with their defaults.
        deploys: there is a script that loads it and takes it back.
        findings: how it takes each feature.
    """

    name: str
    title: str
    options: Mapping[str, object]
    deploys: bool
    findings: tuple[Finding, ...]


def examine(name: str) -> Target:
    """Find out what a target can hold; its name is a key of `netstat_fw.exporters.TARGETS`."""
    exporter = exporter_of(name)
    usual = frozenset(render(_ruleset(), name).omissions)
    document = sys.modules[exporter.__module__].__doc__ or ""
    parameters = inspect.signature(exporter).parameters.values()
    return Target(
        name,
        document.partition("\n")[0],
        {each.name: each.default for each in parameters if each.kind is each.KEYWORD_ONLY},
        _deploys(name),
        tuple(_try(name, feature, ruleset, usual) for feature, ruleset in FEATURES.items()),
    )


def _deploys(name: str) -> bool:
    try:
        deploy_script(_ruleset(), name)
    except ExportError:
        return False
    return True


def _try(name: str, feature: str, ruleset: Ruleset, usual: frozenset[Omission]) -> Finding:
    """Give a target a ruleset with a feature, and see what it says beyond what it always says."""
    try:
        omissions = render(ruleset, name).omissions
    except ExportError as error:
        return Finding(feature, Ability.REFUSES, str(error))
    said = [each.sentence for each in omissions if each not in usual]
    return Finding(feature, Ability.LEAVES_OUT if said else Ability.HOLDS, *said[:1])


def _ruleset(*rules: Rule, default: Action = Action.DROP) -> Ruleset:
    """Make a ruleset as there are: the base rules, then something of its own."""
    return Ruleset(
        Chain(default, (*base_rules(), *rules)),
        Chain(Action.DROP, base_rules()),
        zones=(Zone("office", AddressSet(["192.0.2.0/24"])),),
    )


def _accept(**fields: Any) -> Rule:  # noqa: ANN401 - the fields of a rule
    return Rule(action=Action.ACCEPT, **fields)


_SSH: Mapping[str, Any] = {"protocol": Protocol.TCP, "local_ports": PortSet([22])}
_OFFICE = AddressSet(["192.0.2.0/24"])

FEATURES: Mapping[str, Ruleset] = {
    "ports": _ruleset(_accept(**_SSH)),
    "port ranges": _ruleset(_accept(protocol=Protocol.UDP, local_ports=PortSet([(5000, 5010)]))),
    "addresses": _ruleset(_accept(**_SSH, remote=_OFFICE)),
    "one address family": _ruleset(_accept(**_SSH, families=(Family.IPV6,))),
    "drops before accepts": _ruleset(
        Rule(action=Action.DROP, **_SSH, remote=_OFFICE), _accept(**_SSH)
    ),
    "rejects": _ruleset(Rule(action=Action.REJECT, **_SSH)),
    "an accepting default": _ruleset(default=Action.ACCEPT),
    "logging": _ruleset(_accept(**_SSH, log=Log())),
    "interfaces": _ruleset(_accept(**_SSH, interface="eth0")),
    "protocols without ports": _ruleset(_accept(protocol=Protocol.ESP)),
    "SCTP": _ruleset(_accept(protocol=Protocol.SCTP, local_ports=PortSet([2905]))),
    "ICMP types": _ruleset(_accept(protocol=Protocol.ICMP, icmp_types=(13,))),
    "hop limits": _ruleset(_accept(**_SSH, hop_limit=255)),
    "zones": _ruleset(_accept(**_SSH, remote=RemoteReference(RemoteKind.ZONE, "office"))),
    "server groups": _ruleset(
        _accept(**_SSH, remote=RemoteReference(RemoteKind.SERVER_GROUP, "web"))
    ),
    "user groups": _ruleset(
        _accept(**_SSH, remote=RemoteReference(RemoteKind.USER_GROUP, "staff"))
    ),
}
