"""Naming: the named services of a ruleset, one name for one set of ports.

Catalogs give one name to several ports (x11 is 6000 and 6010); a named service of a firewall is
one thing. The lowest port keeps the plain name, the others append theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.ruleset.model import Service

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from netstat_fw.protocol import Protocol
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import PortSet

    Key: TypeAlias = tuple[str, Protocol, PortSet]


def name_services(
    incoming: Iterable[Rule], outgoing: Iterable[Rule]
) -> tuple[tuple[Rule, ...], tuple[Rule, ...], tuple[Service, ...]]:
    """Return the rules of both chains with unique service names, and the services they name.

    Args:
        incoming: rules whose services are on local ports.
        outgoing: rules whose services are on remote ports.
    """
    inside, outside = tuple(incoming), tuple(outgoing)
    wanted = {_key(rule, rule.local_ports) for rule in inside}
    wanted |= {_key(rule, rule.remote_ports) for rule in outside}
    names: dict[Key, str] = {}
    taken: set[tuple[str, Protocol]] = set()
    keys = (key for key in wanted if key is not None)
    for key in sorted(keys, key=lambda key: (key[0], key[1].value, key[2].ranges)):
        name, protocol, ports = key
        while (name, protocol) in taken:
            name = f"{name}-{ports}"
        taken.add((name, protocol))
        names[key] = name
    return (
        tuple(_renamed(rule, _key(rule, rule.local_ports), names) for rule in inside),
        tuple(_renamed(rule, _key(rule, rule.remote_ports), names) for rule in outside),
        tuple(Service(name, protocol, ports) for (_, protocol, ports), name in names.items()),
    )


def _key(rule: Rule, ports: PortSet | None) -> Key | None:
    if rule.service is None or rule.protocol is None or ports is None:
        return None
    return rule.service, rule.protocol, ports


def _renamed(rule: Rule, key: Key | None, names: dict[Key, str]) -> Rule:
    if key is None or names[key] == rule.service:
        return rule
    return attrs.evolve(rule, service=names[key])
