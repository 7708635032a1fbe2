"""The built-in catalog: IANA's registry and the customary names it lacks.

It names whatever has a name and lists what the services file of an ordinary host would list.
Made when it is first asked for and then kept: a run that asks for no name pays nothing. Which
version of the registry it is stands in `netstat_fw.services.registry`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from netstat_fw.services.catalog import ServiceCatalog
from netstat_fw.services.files import parse_services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.services.catalog import Naming


@cache
def builtin_catalog() -> ServiceCatalog:
    """Make the catalog of everything that is known without the operator's file.

    One table: a customary name comes before the registry's for the same port, and the ports of a
    name are those of both.

    >>> builtin_catalog().name_of(80, "tcp"), builtin_catalog().ports_of("http-alt", "tcp")
    ('http', (591, 8008, 8080))
    >>> builtin_catalog().name_of(4004, "udp"), builtin_catalog().is_listed(4004, "udp")
    ('pxc-roid', False)
    """
    # The texts are as large as all other modules together: not read before they are needed.
    from netstat_fw.services.customary import NAMES  # noqa: PLC0415
    from netstat_fw.services.listed import DEBIAN, OTHERS, WINDOWS  # noqa: PLC0415
    from netstat_fw.services.registry import ASSIGNMENTS  # noqa: PLC0415

    (customary,) = parse_services(NAMES).catalog.tables
    namings = (*customary.namings, *_read_assignments(ASSIGNMENTS))
    listing = [
        (protocol, int(port))
        for ports in (DEBIAN, WINDOWS, OTHERS)
        for protocol, text in ports.items()
        for port in text.split()
    ]
    # IANA has named few ports for these two, each for a server that exists.
    rare = [(protocol, port) for protocol, port, _ in namings if protocol in {"sctp", "dccp"}]
    return ServiceCatalog.of(namings, (*listing, *rare))


def _read_assignments(assignments: dict[str, str]) -> Iterator[Naming]:
    for protocols, text in assignments.items():
        words = text.split()
        ports = [int(word) for word in words[::2]]
        for protocol in protocols.split():
            yield from zip([protocol] * len(ports), ports, words[1::2], strict=True)
