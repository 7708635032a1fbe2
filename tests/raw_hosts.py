"""Hosts as raw text, as net-tools prints servers, their clients, and clients of others."""

from __future__ import annotations

from hypothesis import strategies as st
from raw_expectation import Host, Row, version_of

OWN = ("192.0.2.2", "192.0.2.3", "2001:db8::2")
BINDS = ("0.0.0.0", "127.0.0.1", "192.0.2.2", "192.0.2.3", "::", "::1", "2001:db8::2")  # noqa: S104
PORTS = (22, 25, 80, 443, 465, 5432, 6379, 8080, 9999, 20001)
PEERS = {4: ["198.51.100.1", "198.51.100.2"], 6: ["2001:db8:9::1", "2001:db8:9::2"]}


def row(protocol: str, here: str, port: int, there: str, state: str) -> str:
    """Write a row."""
    kind = f"{protocol}6" if version_of(here) == 6 else protocol
    return f"{kind:<6} 0 0 {here}:{port} {there} {state} 7/prog"


@st.composite
def raw_hosts(draw: st.DrawFn) -> str:
    """Write a host of some servers, with whoever is connected to them, and some clients."""
    lines = [row("tcp", here, 7001, "0.0.0.0:*", "LISTEN") for here in ("0.0.0.0", "::")]  # noqa: S104
    lines += [
        row("tcp", here, 7001, f"{PEERS[version_of(here)][0]}:50000", "ESTABLISHED") for here in OWN
    ]
    for port in draw(st.sets(st.sampled_from(PORTS), max_size=5)):
        binds = draw(st.sets(st.sampled_from(BINDS), min_size=1, max_size=3))
        lines += [row("tcp", here, port, "0.0.0.0:*", "LISTEN") for here in sorted(binds)]
        # With the host's own addresses, as it depends on them what a server answers on.
        bound = [Row("tcp", here, port, "", None, "LISTEN") for here in binds]
        alone = Host([*bound, *(Row("tcp", here, 7001, "", 50000, "ESTABLISHED") for here in OWN)])
        reached = [here for here in OWN if alone.serves("tcp", port, here)]
        for here in draw(st.lists(st.sampled_from(reached), max_size=2)) if reached else []:
            peer = draw(st.sampled_from(PEERS[version_of(here)]))
            state = draw(st.sampled_from(["ESTABLISHED", "TIME_WAIT", "SYN_RECV", "CLOSE_WAIT"]))
            lines.append(row("tcp", here, port, f"{peer}:50001", state))
    for number in range(draw(st.integers(0, 3))):
        asked = draw(st.sampled_from([22, 25, 80, 443, 5432, 8443]))
        state = draw(st.sampled_from(["ESTABLISHED", "TIME_WAIT", "SYN_SENT"]))
        lines.append(row("tcp", OWN[0], 34000 + number, f"{PEERS[4][1]}:{asked}", state))
    for port in draw(st.sets(st.sampled_from([68, 123]))):
        lines.append(row("udp", "0.0.0.0", port, "0.0.0.0:*", ""))  # noqa: S104
    return "\n".join(lines)
