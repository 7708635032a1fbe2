"""Hazard ports: services that should not be open to everybody, by protocol and port.

The advice is a sentence for the operator; the risk decides whether a profile may narrow the rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.findings import Risk
from netstat_fw.records import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@attrs.frozen
class PortHazard:
    """What is dangerous about a port.

    Attributes:
        code: code of the hazard.
        risk: how bad it is.
        advice: what to do, one sentence.
    """

    code: str
    risk: Risk
    advice: str


_LOCAL = "bind it to 127.0.0.1, or let in only the machines that need it"
_RESTRICT = "let in only the machines that need it"

CLEARTEXT_LOGIN = PortHazard(
    "HAZARD_CLEARTEXT_LOGIN",
    Risk.CRITICAL,
    "it sends passwords in the clear: replace it by ssh, or let in only the machines that need it",
)
CONTROL = PortHazard(
    "HAZARD_CONTROL_API", Risk.CRITICAL, f"who reaches it controls the machine or cluster: {_LOCAL}"
)
DATABASE = PortHazard(
    "HAZARD_DATABASE", Risk.CRITICAL, f"a data store should not be open to everybody: {_LOCAL}"
)
BROKER = PortHazard(
    "HAZARD_BROKER", Risk.CRITICAL, f"a broker or coordinator trusts its network: {_LOCAL}"
)
FILE_SHARE = PortHazard(
    "HAZARD_FILE_SHARE", Risk.CRITICAL, f"file shares are for one's own network: {_RESTRICT}"
)
SCREEN = PortHazard(
    "HAZARD_REMOTE_SCREEN",
    Risk.CRITICAL,
    f"everybody can guess its password: {_RESTRICT}",
)
DEBUGGER = PortHazard(
    "HAZARD_DEBUGGER", Risk.CRITICAL, f"it runs code for whoever connects: {_LOCAL}"
)
PROXY = PortHazard(
    "HAZARD_OPEN_PROXY",
    Risk.CRITICAL,
    f"if this is a proxy, everybody can act in this machine's name: {_RESTRICT}",
)
SMALL_SERVICE = PortHazard(
    "HAZARD_SMALL_SERVICE", Risk.CRITICAL, "it is of use to attackers alone: turn it off"
)
AMPLIFIER = PortHazard(
    "HAZARD_AMPLIFIER",
    Risk.CRITICAL,
    f"it answers forged requests with far more data: {_RESTRICT}",
)
RESOLVER = PortHazard(
    "HAZARD_OPEN_RESOLVER",
    Risk.WARNING,
    "if it resolves names for everybody it amplifies forged requests: allow recursion for own"
    " clients only",
)
TIME = PortHazard(
    "HAZARD_TIME_SERVER",
    Risk.WARNING,
    "if it answers status queries it amplifies forged requests: configure noquery, or name the"
    " time servers it talks to",
)
FTP = PortHazard(
    "HAZARD_FTP",
    Risk.WARNING,
    "it sends passwords in the clear, and its data connections need a helper or a passive range",
)
TFTP = PortHazard(
    "HAZARD_TFTP",
    Risk.WARNING,
    "it has no login, and its replies come from a new port: they need a connection tracking helper",
)
CLEARTEXT_MAIL = PortHazard(
    "HAZARD_CLEARTEXT_MAIL", Risk.WARNING, "it sends passwords in the clear: use its TLS companion"
)
POISONING = PortHazard(
    "HAZARD_NAME_POISONING",
    Risk.WARNING,
    "anyone on the link can answer such name queries: turn it off where nobody needs it",
)
OVERLAY = PortHazard(
    "HAZARD_OVERLAY",
    Risk.WARNING,
    "whoever reaches it can send frames into the overlay network: let in its peers only",
)
ADMIN = PortHazard(
    "HAZARD_ADMIN_OPEN",
    Risk.INFO,
    "a way in for administrators is open to everybody: name the addresses they come from",
)


def _table(
    protocols: Iterable[Protocol], hazards: Mapping[PortHazard, Iterable[int]]
) -> dict[tuple[Protocol, int], PortHazard]:
    return {
        (protocol, port): hazard
        for protocol in protocols
        for hazard, ports in hazards.items()
        for port in ports
    }


_TCP = {
    CLEARTEXT_LOGIN: (23, 512, 513, 514),
    # docker, etcd, kubelet, WinRM, Hadoop's manager
    CONTROL: (2375, 2379, 2380, 10250, 10255, 5985, 8088, 50070),
    # mssql, oracle, mysql, postgresql, couchdb, redis, influxdb, cassandra, elasticsearch,
    # memcached, mongodb
    DATABASE: (
        1433, 1521, 3306, 5432, 5984, 6379, 8086, 9042, 9200, 9300, 11211, 27017, 27018, 27019,
    ),
    # zookeeper, epmd, amqp, kafka, rabbitmq's manager
    BROKER: (2181, 4369, 5672, 9092, 15672),
    FILE_SHARE: (111, 139, 445, 873, 2049),
    # RDP, VNC, X11: display n is on 5900 + n and 6000 + n
    SCREEN: (3389, *range(5900, 5964), *range(6000, 6064)),
    # java rmi and jmx, jdwp, jupyter, node
    DEBUGGER: (1099, 5005, 8888, 9229),
    PROXY: (3128, 8080),
    SMALL_SERVICE: (7, 13, 17, 19),
    RESOLVER: (53,),
    FTP: (21,),
    CLEARTEXT_MAIL: (110, 143),
    # LLMNR
    POISONING: (5355,),
    ADMIN: (22,),
}  # fmt: skip
_UDP = {
    SMALL_SERVICE: (7, 13, 17, 19),
    AMPLIFIER: (161, 389, 1900, 11211),
    FILE_SHARE: (111, 2049),
    RESOLVER: (53,),
    TIME: (123,),
    TFTP: (69,),
    POISONING: (137, 5355),
    OVERLAY: (4789, 8472),
}
PORT_HAZARDS = _table([Protocol.TCP], _TCP) | _table([Protocol.UDP], _UDP)
