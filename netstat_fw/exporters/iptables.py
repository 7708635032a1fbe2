r"""iptables-restore and ip6tables-restore: two chains of our own per family, and the jumps to them.

With ``-n``, loading a file replaces these chains and nothing else, all or nothing, and no chain's
policy is touched: each of our chains ends in the ruleset's default. Nothing in the restore format
can say "jump, unless you do already", so a file that is loaded again goes in without its two lines
that start with ``-I``; the header of each file says how. The jumps come first in their chains:
behind an accepting rule of somebody else, ours would never be asked.

Rules are in the form in which iptables-save lists them, so that a listing compares with the file
byte by byte. iptables has no sets: a rule takes a line for each combination of its addresses, its
ICMP types, and its port groups of 15 slots, a range taking two.

Written for iptables 1.8 with either kernel backend, iptables-extensions(8).
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from netstat_fw.exporters.annotations import header_comments, rule_comment
from netstat_fw.exporters.limits import omit_or_refuse
from netstat_fw.exporters.linux import (
    LOCAL_END,
    REMOTE_END,
    matched_families,
    members,
    obstacle,
    port_groups,
)
from netstat_fw.exporters.log_limit import limit_match
from netstat_fw.exporters.quoting import plain
from netstat_fw.exporters.rendered import Omission, Rendered
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.sets import shown_range
from netstat_fw.ruleset.terms import Action, ConnectionState, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import AddressSet, PortSet

CHAINS = {Direction.INCOMING: "NSFW-IN", Direction.OUTGOING: "NSFW-OUT"}
"""Our chains, by what they judge."""
BUILT_IN = {Direction.INCOMING: "INPUT", Direction.OUTGOING: "OUTPUT"}
"""The chains that jump to ours."""
TOOLS = {Family.IPV4: "iptables", Family.IPV6: "ip6tables"}

_COMMENT_BYTES = 250
# 29 with the blank behind it; iptables cuts the rest without a word.
_PREFIX_BYTES = 28
_NO_QUOTES_NEEDED = re.compile(r"[A-Za-z0-9_-]+")
# xt_icmp reads it as "any type".
_ICMP_ANY = 255


def render(ruleset: Ruleset) -> Rendered:
    """Write the ruleset as ``iptables.rules`` and ``ip6tables.rules``; the text is the former.

    Load the IPv6 file first: the two are two transactions, and whoever is shut out by the first
    should be so for the family that is used less.

    Raises:
        ExportError: for a rule that drops or rejects by a group, an interface or a type that
            iptables cannot name: leaving it out would let more through.
    """
    omissions: list[Omission] = []
    for rule in itertools.chain(ruleset.incoming.rules, ruleset.outgoing.rules):
        if rule.enabled:
            found = iptables_obstacle(rule)
            if found is not None:
                omissions.append(omit_or_refuse(rule, "iptables", found))
            elif rule.log is not None and rule.log.rate is not None:
                less = limit_match(rule.log.rate)[1]
                omissions += [Omission(rule.id, less)] if less else []
    files = {f"{TOOLS[family]}.rules": _file(ruleset, family, omissions) for family in Family}
    return Rendered(files["iptables.rules"], files, tuple(omissions))


def _file(ruleset: Ruleset, family: Family, omissions: Iterable[Omission]) -> str:
    lines = [
        *header_comments(ruleset, omissions),
        *_HOW_TO_LOAD[family],
        "*filter",
        *(f":{name} - [0:0]" for name in CHAINS.values()),
        *(f"-I {BUILT_IN[direction]} 1 -j {CHAINS[direction]}" for direction in Direction),
        *(line for direction in Direction for line in _chain(ruleset, direction, family)),
        "COMMIT",
    ]
    return "\n".join(lines) + "\n"


def _chain(ruleset: Ruleset, direction: Direction, family: Family) -> Iterator[str]:
    chain = ruleset.chain(direction)
    append = f"-A {CHAINS[direction]}"
    for rule in chain.rules:
        comment = rule_comment(rule, _COMMENT_BYTES)
        if not rule.enabled:
            yield f"# disabled: {comment}"
        elif iptables_obstacle(rule) is not None:
            yield f"# left out: {comment}"
        else:
            remote = ruleset.resolve(rule)
            if family in matched_families(rule, remote):
                note = f"-m comment --comment {_argument(comment)}"
                for match in matches(rule, remote, direction, family):
                    for target in _targets(rule, family, note):
                        yield " ".join(filter(None, (append, match, target)))
    verdict = _verdict(chain.default, None, family)
    yield f"{append} -m comment --comment default -j {verdict}"


def iptables_obstacle(rule: Rule) -> str | None:
    """Say why iptables cannot hold a rule, and the way round; None where it can."""
    if rule.protocol is Protocol.ICMP and _ICMP_ANY in rule.icmp_types:
        return f"iptables takes ICMP type {_ICMP_ANY}, which is reserved, to mean any type"
    return obstacle(rule, "iptables")


def _targets(rule: Rule, family: Family, note: str) -> Iterator[str]:
    if rule.log is not None:
        limit = "" if rule.log.rate is None else f"{limit_match(rule.log.rate)[0]} "
        prefix = plain(rule.log.prefix, _PREFIX_BYTES)
        # A limit in the rule of the verdict would limit the verdict.
        yield f'{limit}{note} -j LOG --log-prefix "{prefix} "'
    yield f"{note} -j {_verdict(rule.action, rule.protocol, family)}"


def _verdict(action: Action, protocol: Protocol | None, family: Family) -> str:
    if action is not Action.REJECT:
        return str(action.value).upper()
    if protocol is Protocol.TCP:
        return "REJECT --reject-with tcp-reset"
    return f"REJECT --reject-with {_UNREACHABLE[family]}"


def _argument(text: str) -> str:
    return text if _NO_QUOTES_NEEDED.fullmatch(text) else f'"{text}"'


def matches(
    rule: Rule, remote: AddressSet | None, direction: Direction, family: Family
) -> Iterator[str]:
    """Give the matches of each line that a rule needs, as iptables-save lists them.

    Args:
        rule: a rule without an obstacle.
        remote: its remote side, resolved.
        direction: the chain it is in.
        family: one of its `matched_families`.
    """
    sides = {REMOTE_END[direction]: remote, LOCAL_END[direction]: rule.local}
    choices = (
        _address_choices("-s", sides["s"], family),
        _address_choices("-d", sides["d"], family),
        _protocol_choices(rule, direction, family),
    )
    flag = "-i" if direction is Direction.INCOMING else "-o"
    interface = "" if rule.interface is None else f"{flag} {rule.interface}"
    rest = []
    if rule.states:
        wanted = [word for state, word in _STATES.items() if state in rule.states]
        rest.append(f"-m conntrack --ctstate {','.join(wanted)}")
    if rule.hop_limit is not None:
        rest.append(f"{_HOP_LIMITS[family]} {rule.hop_limit}")
    for source, destination, protocol in itertools.product(*choices):
        yield " ".join(filter(None, (source, destination, interface, protocol, *rest)))


def _address_choices(flag: str, side: AddressSet | None, family: Family) -> list[str]:
    prefixes = members(side, family)
    return [""] if prefixes is None else [f"{flag} {prefix}" for prefix in prefixes]


def _protocol_choices(rule: Rule, direction: Direction, family: Family) -> list[str]:
    protocol = rule.protocol
    if protocol is None:
        return [""]
    if protocol is Protocol.AH and family is Family.IPV6:
        # There it is an extension header, which -p looks behind.
        return ["-m ah"]
    name = _NAMES.get(protocol, protocol.value)
    if rule.icmp_types:
        option = _ICMP_TYPES[family]
        return [f"-p {name} {option} {number}" for number in rule.icmp_types]
    ends = {REMOTE_END[direction]: rule.remote_ports, LOCAL_END[direction]: rule.local_ports}
    choices = (_port_choices("s", ends["s"], protocol), _port_choices("d", ends["d"], protocol))
    return [
        " ".join((f"-p {name}", *_port_matches(name, source, destination)))
        for source, destination in itertools.product(*choices)
    ]


def _port_choices(end: str, ports: PortSet | None, protocol: Protocol) -> list[str]:
    if ports is None:
        return [""]
    # xtables has no udplite match but multiport.
    if len(ports.ranges) == 1 and protocol is not Protocol.UDPLITE:
        return [f"--{end}port {shown_range(*ports.ranges[0], between=':')}"]
    return [
        f"--{end}ports {','.join(shown_range(*pair, between=':') for pair in group)}"
        for group in port_groups(ports)
    ]


def _port_matches(name: str, *options: str) -> Iterator[str]:
    single = [option for option in options if option.startswith(("--sport ", "--dport "))]
    if single:
        yield f"-m {name} {' '.join(single)}"
    for option in options:
        if option and option not in single:
            yield f"-m multiport {option}"


# In the order in which iptables-save lists them.
_STATES = {
    ConnectionState.INVALID: "INVALID",
    ConnectionState.NEW: "NEW",
    ConnectionState.RELATED: "RELATED",
    ConnectionState.ESTABLISHED: "ESTABLISHED",
    ConnectionState.UNTRACKED: "UNTRACKED",
}
_NAMES = {Protocol.ICMPV6: "ipv6-icmp"}
_ICMP_TYPES = {Family.IPV4: "-m icmp --icmp-type", Family.IPV6: "-m icmp6 --icmpv6-type"}
_HOP_LIMITS = {Family.IPV4: "-m ttl --ttl-eq", Family.IPV6: "-m hl --hl-eq"}
_UNREACHABLE = {Family.IPV4: "icmp-port-unreachable", Family.IPV6: "icmp6-port-unreachable"}
_HOW_TO_LOAD = {
    family: (
        "#",
        "# To load it for the first time, ip6tables.rules before iptables.rules:",
        f"#   {tool}-restore -n < {tool}.rules",
        "# and again, without doubling the jumps to its chains:",
        f"#   grep -v '^-I' {tool}.rules | {tool}-restore -n",
        "# Without -n, the rules of everybody else would be flushed.",
        "",
    )
    for family, tool in TOOLS.items()
}
