"""Hypothesis strategies for captured rows, drawn from small pools so that they meet.

Ports are of every kind that the tables tell apart: servers of all sorts, client ports, ports with a
role of their own, listed and unlisted ones.
"""

from __future__ import annotations

from itertools import product

from hypothesis import strategies as st

from netstat_fw import parse

ANY = "0.0.0.0"  # noqa: S104 - a text in a table, nothing is bound
LOCALS = (ANY, "192.0.2.1", "192.0.2.2", "127.0.0.1", "::", "::1", "2001:db8::1", "fe80::1")
PEERS = (
    "198.51.100.7",
    "203.0.113.9",
    "192.0.2.2",
    "127.0.0.1",
    "2001:db8:1::7",
    "fe80::7",
    "mirror.example",
)
PORTS = (22, 25, 53, 68, 80, 123, 443, 500, 546, 3306, 5353, 5355, 7777, 7790, 40000, 45123)
PROGRAMS = ("5/prog", "6/sshd: root", "7/ntpd", "8/chrome", "-")
STATES = ("ESTABLISHED", "TIME_WAIT", "SYN_SENT", "SYN_RECV", "CLOSE")


def _row(protocol: str, local: str, remote: str, state: str, program: str) -> str:
    six = "6" if local.count(":") > 1 else ""
    return f"{protocol}{six} 0 0 {local} {remote} {state} {program}"


def _kind(address: str) -> tuple[bool, bool]:
    """Tell what two ends have in common: the family, and being on one link."""
    return ":" in address, address.startswith("fe80:")


listeners = st.builds(
    lambda protocol, address, port, program: _row(
        protocol,
        f"{address}:{port}",
        ":::*" if ":" in address else "0.0.0.0:*",
        "LISTEN" if protocol == "tcp" else "",
        program,
    ),
    st.sampled_from(("tcp", "udp")),
    st.sampled_from(LOCALS),
    st.sampled_from(PORTS),
    st.sampled_from(PROGRAMS),
)
connections = st.builds(
    lambda protocol, ends, ports, state, program: _row(
        protocol, f"{ends[0]}:{ports[0]}", f"{ends[1]}:{ports[1]}", state, program
    ),
    st.sampled_from(("tcp", "udp")),
    st.sampled_from([
        (local, remote)
        for local, remote in product(LOCALS, PEERS)
        if local not in {ANY, "::"}
        and (remote == "mirror.example" or _kind(local) == _kind(remote))
    ]),
    # A DHCP client's own port goes to one remote port and no other.
    st.tuples(st.sampled_from([p for p in PORTS if p not in {68, 546}]), st.sampled_from(PORTS)),
    st.sampled_from(STATES),
    st.sampled_from(PROGRAMS),
)  # fmt: skip
rows = listeners | connections
"""One row of Linux text."""
captures = st.lists(rows, min_size=1, max_size=8).map(lambda some: parse("\n".join(some)))
