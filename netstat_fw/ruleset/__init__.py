"""Firewall rules as values, and what they mean; the policy that proposes them.

The public names of the model are importable from here.
"""

from typing import TYPE_CHECKING

from netstat_fw import lazy

if TYPE_CHECKING:
    from netstat_fw.protocol import Family, Protocol
    from netstat_fw.ruleset.base import base_rules
    from netstat_fw.ruleset.decisions.reading import read_decisions
    from netstat_fw.ruleset.decisions.values import (
        Choice,
        Decisions,
        OwnCompanions,
        PortChoice,
        Reply,
    )
    from netstat_fw.ruleset.flow import Decision, Flow, matches
    from netstat_fw.ruleset.linting import LintCode, LintFinding, lint
    from netstat_fw.ruleset.log import Log, LogRate
    from netstat_fw.ruleset.model import Chain, Ruleset, Service, Zone
    from netstat_fw.ruleset.narrowing import Narrowed, narrow
    from netstat_fw.ruleset.policy import Policy, Profile
    from netstat_fw.ruleset.proposal import propose
    from netstat_fw.ruleset.rule import RemoteReference, Rule
    from netstat_fw.ruleset.schema import json_schema
    from netstat_fw.ruleset.sets import AddressSet, PortSet
    from netstat_fw.ruleset.starter import write_starter
    from netstat_fw.ruleset.terms import (
        Action,
        ConnectionState,
        Direction,
        LogInterval,
        RemoteKind,
    )

__all__ = [
    "Action",
    "AddressSet",
    "Chain",
    "Choice",
    "ConnectionState",
    "Decision",
    "Decisions",
    "Direction",
    "Family",
    "Flow",
    "LintCode",
    "LintFinding",
    "Log",
    "LogInterval",
    "LogRate",
    "Narrowed",
    "OwnCompanions",
    "Policy",
    "PortChoice",
    "PortSet",
    "Profile",
    "Protocol",
    "RemoteKind",
    "RemoteReference",
    "Reply",
    "Rule",
    "Ruleset",
    "Service",
    "Zone",
    "base_rules",
    "json_schema",
    "lint",
    "matches",
    "narrow",
    "propose",
    "read_decisions",
    "write_starter",
]

HOMES = {
    "netstat_fw.protocol": "Family Protocol",
    "netstat_fw.ruleset.base": "base_rules",
    "netstat_fw.ruleset.decisions.reading": "read_decisions",
    "netstat_fw.ruleset.decisions.values": "Choice Decisions OwnCompanions PortChoice Reply",
    "netstat_fw.ruleset.flow": "Decision Flow matches",
    "netstat_fw.ruleset.linting": "LintCode LintFinding lint",
    "netstat_fw.ruleset.log": "Log LogRate",
    "netstat_fw.ruleset.model": "Chain Ruleset Service Zone",
    "netstat_fw.ruleset.narrowing": "Narrowed narrow",
    "netstat_fw.ruleset.policy": "Policy Profile",
    "netstat_fw.ruleset.proposal": "propose",
    "netstat_fw.ruleset.rule": "RemoteReference Rule",
    "netstat_fw.ruleset.schema": "json_schema",
    "netstat_fw.ruleset.sets": "AddressSet PortSet",
    "netstat_fw.ruleset.starter": "write_starter",
    "netstat_fw.ruleset.terms": "Action ConnectionState Direction LogInterval RemoteKind",
}
if not TYPE_CHECKING:
    # A type checker would take a module with __getattr__ to have every name there could be.
    __getattr__, __dir__ = lazy.offer(__name__, HOMES)
