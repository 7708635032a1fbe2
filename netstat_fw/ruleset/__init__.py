"""Firewall rules as values, and what they mean; the policy that proposes them.

The public names of the model are importable from here.
"""

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
from netstat_fw.ruleset.model import Chain, Ruleset, Service, Zone
from netstat_fw.ruleset.narrowing import Narrowed, narrow
from netstat_fw.ruleset.policy import Policy, Profile
from netstat_fw.ruleset.proposal import propose
from netstat_fw.ruleset.rule import Log, LogRate, RemoteReference, Rule
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
