"""The endpoint cells of a BSD row as values, each distinct text taken apart once.

netstat cuts a host to 16 characters (to 12 with ``-A`` but without ``-n``) and the whole cell to 22
(18 with ``-A``), unless ``-W`` or ``-l`` tells it not to: inetprint and inet6print in FreeBSD 8 to
14 and macOS 10.8 to 26. A cell of just such a length is whole or cut, and only the rest of its
table can tell; until then it counts as cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.grammar.bsd import ENDPOINT
from netstat_fw.reader.construct import constructor
from netstat_fw.reader.linux_cells import read_address
from netstat_fw.records import Endpoint

if TYPE_CHECKING:
    import re

_new_endpoint = constructor(Endpoint)
_WIDTH, _NARROW_WIDTH, _WIDE_WIDTH = 22, 18, 45
_HOST_WIDTH, _NAMED_HOST_WIDTH = 16, 12
_HIGHEST_PORT = 65_535
_HIGHEST_OCTET = 255
# Far more than any tool prints; a longer cell is noise, whatever it begins with.
_LONGEST_CELL = 300


def is_closed(number: str, highest: int) -> bool:
    """Tell whether no further digit could follow a number, so that nothing of it can be cut off.

    >>> is_closed("6554", 65535), is_closed("6553", 65535), is_closed("0", 255)
    (True, False, True)
    """
    return number == "0" or int(number) * 10 > highest


class Endpoints(dict[str, Endpoint | None]):
    """Endpoint cells of one address family by their text; what is no endpoint gives None.

    Attributes:
        narrow: the table has the kernel addresses of ``-A``, and narrower columns therefore.
        uncut_widths: how far apart two columns stand whose cells are not cut, though padded.
        uncut: a cell was seen that a netstat which cuts would have cut, or such a column.
        named: a name was seen, so that netstat ran without ``-n``.
        doubtful: cells that read differently once `uncut` or `named` is known.
    """

    def __init__(self, *, narrow: bool) -> None:
        super().__init__()
        self.narrow = narrow
        self._width = _NARROW_WIDTH if narrow else _WIDTH
        wider = (_WIDTH, _WIDE_WIDTH) if narrow else (_WIDE_WIDTH,)
        self.uncut_widths = frozenset(width + 1 for width in wider)
        self.uncut = False
        self.named = False
        self.doubtful: set[str] = set()

    def begin_table(self) -> None:
        """Forget what was learned about the table above."""
        self.clear()
        self.doubtful.clear()
        self.uncut = self.named = False

    def __missing__(self, cell: str) -> Endpoint | None:
        """Take a cell apart and remember the result."""
        endpoint = self[cell] = self._read(cell)
        return endpoint

    def _read(self, cell: str) -> Endpoint | None:
        found = ENDPOINT.re.match(cell) if len(cell) <= _LONGEST_CELL else None
        if found is None:
            return None
        host, port, service = found.groups()
        number = int(port or 0) or None
        if number is not None and number > _HIGHEST_PORT:
            return None
        if service is not None:
            self.named = True
        if host == "*":
            return Endpoint(None, number, None, None, service)
        whole = self._at(host, number, service)
        if whole is not None and (len(cell) > self._width or len(host) > _HOST_WIDTH):
            self.uncut = True
        return whole if self.uncut else self._doubted(cell, found, whole)

    def _doubted(self, cell: str, found: re.Match[str], whole: Endpoint | None) -> Endpoint | None:
        """Return the endpoint of a column that cuts: what may have been cut is not used."""
        host, port, service = found.groups()
        if self._may_end_early(cell, port, service):
            self.doubtful.add(cell)
            return Endpoint(host=cell, truncated=True)
        if self._may_lack_host(cell, host, whole):
            self.doubtful.add(cell)
            number = None if port is None else int(port) or None
            return Endpoint(None, number, None, host, service, truncated=True)
        return whole

    def _may_end_early(self, cell: str, port: str | None, service: str | None) -> bool:
        """Tell whether the column may have cut the end of the port."""
        if len(cell) != self._width or (port is None and service is None):
            return False
        return port is None or (self.narrow and not is_closed(port, _HIGHEST_PORT))

    def _may_lack_host(self, cell: str, host: str, whole: Endpoint | None) -> bool:
        """Tell whether the end of the host may have been cut."""
        if len(host) == _HOST_WIDTH:
            return True
        if not self.narrow or len(host) != _NAMED_HOST_WIDTH:
            return False
        if whole is None:
            return True
        octet = host.rpartition(".")[2]
        if whole.address is not None and ":" not in host and is_closed(octet, _HIGHEST_OCTET):
            return False
        self.doubtful.add(cell)
        return self.named

    def _at(self, host: str, port: int | None, service: str | None) -> Endpoint | None:
        """Make the endpoint of a host that nothing was cut from; None where it is no host."""
        text, _, zone = host.partition("%")
        address = read_address(text)
        if address is not None:
            return _new_endpoint(address, port, zone or None, None, service)
        if ":" in host or zone or not host.strip("0123456789."):
            return None
        self.named = True
        return Endpoint(None, port, None, host, service)
