"""Traffic: rows gathered under one finding, and what they have in common.

Rows are only appended while the tables are asked; families, peers, programs and lines are worked
out once, at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.administration import is_logged_in
from netstat_fw.analyzers.rows import families_of, further_ends, programs_of
from netstat_fw.analyzers.verdicts import Verdict
from netstat_fw.evidence import Confidence, surest
from netstat_fw.records import Protocol, State

if TYPE_CHECKING:
    from collections.abc import Collection

    from netstat_fw.address import Address
    from netstat_fw.analyzers.conclusions import Conclusion
    from netstat_fw.analyzers.findings import Fate
    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row
    from netstat_fw.analyzers.verdicts import Key
    from netstat_fw.evidence import Evidence, Reason
    from netstat_fw.records import Family


@attrs.frozen
class Others:
    """Who is at the other side of some traffic.

    Attributes:
        peers: their distinct addresses, sorted; none that may be forged.
        settled: the rows whose peer has shown that packets reach it.
        asking: the half-open rows: whoever only asks may have forged the address, RFC 4987 2.
        named: whether the capture names the programs of the port.
    """

    peers: tuple[Address, ...]
    settled: list[Row]
    asking: list[Row]
    named: bool

    @property
    def connected(self) -> tuple[Address, ...]:
        """Those whose connection was open, neither begun nor closing nor at a login, sorted."""
        opened = [row for row in self.settled if is_logged_in(row, named=self.named)]
        return self.peers if len(opened) == len(self.settled) else _far_addresses(opened)

    @property
    def complete(self) -> bool:
        """True where every settled row shows the address of its other side."""
        return None not in [row.remote.key for row in self.settled]


@attrs.define
class Traffic:
    """Rows that belong together.

    Attributes:
        key: the finding that they become or join.
        rows: the rows, in captured order.
    """

    key: Key
    rows: list[Row] = attrs.field(factory=list)
    # Answers and verdicts by the identity of the answer, which each verdict's entry keeps alive.
    _shared: dict[int, tuple[Conclusion, Verdict]] = attrs.field(factory=dict)

    def take(self, row: Row, direction: Conclusion, fate: Fate) -> Verdict:
        """Append a row and say what becomes of it."""
        self.rows.append(row)
        shared = self._shared.get(id(direction))
        if shared is None:
            verdict = Verdict(fate, direction.reasons[0], self.key)
            shared = self._shared[id(direction)] = direction, verdict
        return shared[1]

    @property
    def confidence(self) -> Confidence:
        """The surest answer of all."""
        return surest(direction.confidence for direction, _ in self._shared.values())

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The distinct reasons of the answers, in the order of the table."""
        found = {
            reason: None for direction, _ in self._shared.values() for reason in direction.reasons
        }
        return tuple(sorted(found, key=lambda reason: (len(reason.row), reason.row, reason.code)))

    @property
    def states(self) -> frozenset[State | None]:
        """The distinct states."""
        # Distinct by identity first: members of an enumeration are slow to hash.
        found = {id(state): state for state in [row.socket.state for row in self.rows]}
        return frozenset(found.values())

    @property
    def families(self) -> tuple[Family, ...]:
        """Families of the packets, IPv4 first."""
        return families_of(self.rows)

    @property
    def programs(self) -> tuple[str, ...]:
        """The distinct programs, sorted."""
        return programs_of(self.rows)

    @property
    def addresses(self) -> tuple[Address, ...]:
        """This host's addresses that the rows are on, sorted."""
        by_key = {
            row.local.key or 0: row.local.address
            for row in self.rows
            if row.local.address is not None
        }
        return tuple([by_key[key] for key in sorted(by_key)])

    def others(self, programs: Collection[str] = ()) -> Others:
        """Find who is at the other side.

        Args:
            programs: those that the capture names for the port beside the rows' own.
        """
        settled, asking = self.rows, []
        if State.SYN_RECEIVED in self.states:
            settled = [row for row in self.rows if row.socket.state is not State.SYN_RECEIVED]
            asking = [row for row in self.rows if row.socket.state is State.SYN_RECEIVED]
        return Others(_far_addresses(settled), settled, asking, bool(programs or self.programs))

    def evidence(self, context: Context) -> tuple[Evidence, ...]:
        """Cite the rows."""
        return context.cite(self.rows)


def _far_addresses(rows: list[Row]) -> tuple[Address, ...]:
    ends = [row.remote for row in rows]
    # Rows of one finding have one protocol, and only this one has several homes.
    if rows and rows[0].socket.protocol is Protocol.SCTP:
        ends += [end for row in rows for end in further_ends(row, local=False)]
    by_key = {end.key or 0: end.address for end in ends if end.address is not None}
    return tuple([by_key[key] for key in sorted(by_key)])
