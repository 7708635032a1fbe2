"""Aerleon: policies and definitions, from which its generators write for routers and firewalls.

One policy for each address family, with a filter for each direction and for each group of
generators that can say the same. Terms have unique names and are about packets that open a
connection. Generators for filters that follow connections accept replies by themselves; those of
iptables get a term for that; access lists of routers get one for segments of TCP that have ACK or
RST, which never open a connection, and accept no other replies.

Written for Aerleon 1.18, whose `aclgen` reads the policies and the definitions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from netstat_fw.errors import ExportError
from netstat_fw.exporters import tracking
from netstat_fw.exporters.aerleon_terms import (
    GENERATORS,
    Words,
    obstacle,
    omissions,
    type_names,
)
from netstat_fw.exporters.annotations import header_comments, rule_comment
from netstat_fw.exporters.limits import omit_or_refuse
from netstat_fw.exporters.linux import LOCAL_END, REMOTE_END, matched_families, members
from netstat_fw.exporters.precedence import settle_blocks
from netstat_fw.exporters.quoting import token, yaml_lines
from netstat_fw.exporters.rendered import Omission, Rendered
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.rule import RemoteReference
from netstat_fw.ruleset.sets import shown_range
from netstat_fw.ruleset.terms import Action, ConnectionState, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.address import Network
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import PortSet

DEFAULT_GENERATORS = "cisco,juniper,nftables,openconfig"
DEFINITIONS = "def/netstat_fw.yaml"
POLICIES = {family: f"policies/pol/netstat_fw_{family.value}.yaml" for family in Family}

_TARGET = "aerleon"
# A comment of nftables has 128 bytes.
_COMMENT_BYTES = 120
_TOKEN_BYTES = 60


def render(ruleset: Ruleset, *, generators: str | Iterable[str] = DEFAULT_GENERATORS) -> Rendered:
    """Write the ruleset as a policy for each family, and the definitions that both name.

    Args:
        ruleset: what to write.
        generators: names of those that the policies are for; a text has commas between them.

    Raises:
        ExportError: for an unknown generator; for a rule that drops or rejects what one of the
            generators cannot say or accepts by itself; for two zones of one name.
    """
    groups: dict[Words, list[str]] = {}
    names = generators.split(",") if isinstance(generators, str) else generators
    for generator in sorted(set(names)):
        if generator not in GENERATORS:
            known = ", ".join(GENERATORS)
            raise ExportError(f"target aerleon has no generator {generator!r}; there are {known}")
        groups.setdefault(GENERATORS[generator].words, []).append(generator)
    definitions = _Definitions()
    filters: dict[Family, list[dict[str, Any]]] = {family: [] for family in Family}
    found: list[Omission] = []
    for words, group in groups.items():
        for direction in Direction:
            for family in Family:
                made = _Filter(ruleset, direction, family, words, definitions)
                targets = {name: GENERATORS[name].header(direction, family) for name in group}
                header = {"targets": targets, "comment": "Host firewall written by netstat-fw"}
                filters[family].append({"header": header, "terms": list(made.terms())})
                who = ", ".join(group)
                found += [Omission(o.rule, f"{o.sentence} ({who})") for o in made.omissions]
    told = tuple(dict.fromkeys(found))
    remarks = [*header_comments(ruleset, told), "---"]
    files = {
        POLICIES[family]: _text(remarks, {"filters": filters[family]}) for family in Family
    } | {DEFINITIONS: _text([], definitions.document())}
    return Rendered(files[POLICIES[Family.IPV4]], files, told)


class _Definitions:
    """The networks and services that terms name."""

    def __init__(self) -> None:
        self._networks: dict[str, tuple[Network, ...]] = {}
        self._services: dict[str, dict[str, str]] = {}

    def document(self) -> dict[str, Any]:
        """Return what is defined, by name."""
        networks = {
            name: {"values": [{"address": str(prefix)} for prefix in prefixes]}
            for name, prefixes in sorted(self._networks.items())
        }
        services = {name: [value] for name, value in sorted(self._services.items())}
        return {"networks": networks, "services": services}

    def network(self, title: str, family: Family, prefixes: tuple[Network, ...]) -> str:
        """Define addresses and return their name."""
        name = f"{token(title, _TOKEN_BYTES)}-{family.value}"
        if self._networks.setdefault(name, prefixes) != prefixes:
            raise ExportError(
                f"target {_TARGET}: two zones would be called {name!r}; rename one of them"
            )
        return name

    def services(self, protocol: Protocol, ports: PortSet) -> list[str]:
        """Define ports and return their names."""
        word = protocol.value
        shown = [shown_range(*pair) for pair in ports.ranges]
        self._services |= {f"{word}-{port}": {"protocol": word, "port": port} for port in shown}
        return [f"{word}-{port}" for port in shown]


class _Filter:
    """The terms of a chain for one family, in the words of some generators."""

    def __init__(
        self,
        ruleset: Ruleset,
        direction: Direction,
        family: Family,
        words: Words,
        definitions: _Definitions,
    ) -> None:
        self.omissions: list[Omission] = []
        self._ruleset = ruleset
        self._direction = direction
        self._family = family
        self._words = words
        self._definitions = definitions

    def terms(self) -> Iterator[dict[str, Any]]:
        """Give the terms in order, the default last; collect the omissions."""
        chain = self._ruleset.chain(self._direction)
        way = "in" if self._direction is Direction.INCOMING else "out"
        written = [
            (position, rule, term)
            for position, rule in chain.numbered()
            if rule.enabled and self._family in matched_families(rule, self._ruleset.resolve(rule))
            if (term := self._term(rule)) is not None
        ]
        left_out = self._left_out([rule for _, rule, _ in written])
        for index, (position, rule, term) in enumerate(written):
            if index not in left_out:
                yield {"name": f"{way}-{position}-{rule.id}", **term}
        if self._words.blocks_win and written and chain.default is not Action.ACCEPT:
            sentence = f"{self._direction.value} packets are left to the default of the profiles"
            self.omissions.append(Omission("", f"{sentence}, which is to block"))
            return
        if chain.default is Action.REJECT:
            sentence = f"{self._direction.value} packets are dropped by default, and nobody is told"
            self.omissions.append(Omission("", sentence))
        yield {"name": f"{way}-default", "action": _action(chain.default)}

    def _left_out(self, rules: list[Rule]) -> list[int]:
        """Find the blocks that the default does, by their index."""
        if not self._words.blocks_win:
            return []
        default = self._ruleset.chain(self._direction).default
        settled = settle_blocks(self._ruleset, rules, default, _TARGET)
        for index, block in settled.items():
            self.omissions += block.omissions(rules[index])
        return [index for index, block in settled.items() if not block.written]

    def _term(self, rule: Rule) -> dict[str, Any] | None:
        """Write a rule, or say why it is left out; None where it is not written."""
        self.omissions += tracking.state_omissions(rule, _TARGET)
        written, option = rule, {}
        if tracking.is_settled(rule, _TARGET):
            replies = self._words.replies
            if not replies or ConnectionState.ESTABLISHED not in rule.states:
                return None
            option = {"option": replies}
            if replies == "tcp-established":
                self.omissions.append(Omission(rule.id, "accepts replies of TCP alone"))
                if rule.protocol not in {None, Protocol.TCP}:
                    return None
                written = attrs.evolve(rule, protocol=Protocol.TCP)
        found = obstacle(rule, self._words)
        if found is not None:
            self.omissions.append(omit_or_refuse(rule, _TARGET, found))
            return None
        self.omissions += omissions(rule, self._words)
        comment = {"comment": rule_comment(rule, _COMMENT_BYTES)}
        return comment | self._matches(written) | option | {"action": _action(rule.action)}

    def _matches(self, rule: Rule) -> dict[str, Any]:
        match: dict[str, Any] = {}
        if rule.interface is not None:
            incoming = self._direction is Direction.INCOMING
            match["source-interface" if incoming else "destination-interface"] = rule.interface
        if rule.protocol is not None:
            match["protocol"] = rule.protocol.value
        named = rule.remote
        # Aerleon ignores what does not look like a name, and the condition with it.
        there = f"{rule.id}-remote"
        if isinstance(named, RemoteReference):
            there = f"zone-{named.name}"
        remote = self._ruleset.resolve(rule)
        sides = (
            (REMOTE_END[self._direction], there, remote, rule.remote_ports),
            (LOCAL_END[self._direction], f"{rule.id}-local", rule.local, rule.local_ports),
        )
        for end, title, side, ports in sides:
            prefixes = members(side, self._family)
            if prefixes is not None:
                name = self._definitions.network(title, self._family, prefixes)
                match[f"{_ENDS[end]}-address"] = name
            if rule.protocol is not None and ports is not None:
                names = self._definitions.services(rule.protocol, ports)
                match[f"{_ENDS[end]}-port"] = names
        if rule.icmp_types:
            match["icmp-type"] = type_names(rule, self._words)
        if rule.log is not None:
            match["logging"] = "syslog"
        return match


def _action(action: Action) -> str:
    # Few generators know a reject.
    return "accept" if action is Action.ACCEPT else "deny"


def _text(remarks: list[str], document: dict[str, Any]) -> str:
    return "\n".join([*remarks, *yaml_lines(document)]) + "\n"


_ENDS = {"s": "source", "d": "destination"}
