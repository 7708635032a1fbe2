"""Prints records the way netstat.exe does, for round-trip laws and benchmarks.

Each `Layout` is one combination of options. `text` writes title, header and groups; a group is a
row and its owner lines, as `group` gives them. The widths are those of the captures (Vista to 11:
7, 23, 23 and 16; ``-i`` of Windows 11: rows from column 0, a state of 19).
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from netstat_fw.records import Family, Protocol, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netstat_fw.records import Endpoint, Socket

ENGLISH: dict[State, str] = {state: state.value for state in State} | {State.LISTEN: "LISTENING"}
GERMAN = ENGLISH | {
    State.LISTEN: "ABHÖREN",
    State.ESTABLISHED: "HERGESTELLT",
    State.TIME_WAIT: "WARTEND",
    State.CLOSE_WAIT: "SCHLIESSEN_WARTEN",
    State.SYN_SENT: "SYN_GESENDET",
}
NO_OWNER = "Can not obtain ownership information"


class Owners(enum.Enum):
    """How owner lines are printed."""

    NONE = "none"
    MODERN = "modern"
    """Vista to 11: the service by two blanks, the executable by one."""
    STACK = "stack"
    """XP ``-b -v``: everything by two blanks, a blank line behind each group."""
    JOINED = "joined"
    """An editor put the owner behind the row."""


@attrs.frozen
class Layout:
    """One combination of options.

    Attributes:
        pid: ``-o``.
        owners: ``-b``, and in which form.
        extra: a further column behind the process id, such as ``InHost`` for ``-t``.
        flush: ``-i``: rows at column 0 and a wider state.
        states: the words of a language.
        title: the title line.
        header: the header line.
        no_owner: the sentence where there is no owner to show.
    """

    pid: bool = True
    owners: Owners = Owners.NONE
    extra: str = ""
    flush: bool = False
    states: Mapping[State, str] = ENGLISH
    title: str = "Active Connections"
    header: str = "  Proto  Local Address          Foreign Address        State           PID"
    no_owner: str = NO_OWNER

    def text(self, sockets: Iterable[Socket]) -> str:
        """Write a whole capture."""
        groups = [line for socket in sockets for line in self.group(socket)]
        return "\n".join(["", self.title, "", self.header, *groups, ""])

    def group(self, socket: Socket) -> list[str]:
        """Write a row and the owner lines below it."""
        row = self._row(socket)
        owner = [] if self.owners is Owners.NONE else self._owner(socket)
        if self.owners is Owners.JOINED:
            return ["   ".join([row, " ".join(line.strip() for line in owner)]).rstrip()]
        if self.owners is Owners.STACK:
            owner.append("")
        return [row, *owner]

    def _row(self, socket: Socket) -> str:
        state = "" if socket.state is None else self.states[socket.state]
        pid = "" if socket.process is None else str(socket.process.pid)
        cells = [
            ("TCP" if socket.protocol is Protocol.TCP else "UDP").ljust(6),
            self.endpoint(socket.local, socket).ljust(22),
            self.endpoint(socket.remote, socket).ljust(22),
            state.ljust(19 if self.flush else 15),
        ]
        row = " ".join([*cells, pid if self.pid else "", self.extra]).rstrip()
        return row if self.flush else f"  {row}"

    def _owner(self, socket: Socket) -> list[str]:
        process = socket.process
        if process is None or process.pid == 0 or socket.state is State.TIME_WAIT:
            return []
        stack = self.owners is Owners.STACK
        lines = [f"  {component}" for component in process.components]
        if process.service is not None:
            lines.append(f"  {process.service}")
        if process.name is not None:
            lines.append(f"{'  ' if stack else ' '}[{process.name}]")
        return lines or [f" {self.no_owner}"]

    @staticmethod
    def endpoint(endpoint: Endpoint, socket: Socket) -> str:
        """Write an endpoint as netstat.exe does: no port is 0 for TCP and ``*`` for UDP."""
        none = "0" if socket.protocol is Protocol.TCP else "*"
        port = endpoint.service or (none if endpoint.port is None else str(endpoint.port))
        host = endpoint.host or ("*" if endpoint.address is None else str(endpoint.address))
        zone = "" if endpoint.zone is None else f"%{endpoint.zone}"
        is_ipv6 = endpoint.address is not None and socket.family is Family.IPV6
        return f"[{host}{zone}]:{port}" if is_ipv6 else f"{host}:{port}"


LAYOUTS = {
    "-ano": Layout(),
    "-an": Layout(pid=False, header="  Proto  Local Address          Foreign Address        State"),
    "-anot": Layout(
        extra="InHost",
        header="  Proto  Local Address          Foreign Address        State           PID"
        "             Offload State",
    ),
    "-anoi": Layout(
        extra="1048576",
        flush=True,
        header="  Proto  Local Address          Foreign Address        State        PID       "
        "Time in State (ms)",
    ),
    "-any": Layout(pid=False, extra="Internet"),
    "-anod": Layout(extra="0"),
    "-aonb": Layout(owners=Owners.MODERN),
    "-anb": Layout(pid=False, owners=Owners.MODERN),
    "-aonb, joined": Layout(owners=Owners.JOINED),
    "-aonbv of XP": Layout(owners=Owners.STACK),
    "-ano, German": Layout(
        states=GERMAN,
        title="Aktive Verbindungen",
        header="  Proto  Lokale Adresse         Remoteadresse          Status           PID",
    ),
    "-aonb, French": Layout(
        owners=Owners.MODERN,
        title="Connexions actives",
        header="  Proto  Adresse locale         Adresse distante       État",
        no_owner="Impossible d’obtenir les informations de propriétaire",  # noqa: RUF001 - so printed
    ),
    "-aonb, a language nobody knows": Layout(
        owners=Owners.MODERN,
        title="Gníomhacha naisc",
        header="  Prót   Seoladh logánta        Seoladh eachtrach      Staid           PID",
        no_owner="Ní féidir eolas faoin úinéir a fháil",
    ),
    "rows alone": Layout(title="", header=""),
}
"""Every layout that there is, by the command that prints it."""
