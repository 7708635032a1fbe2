"""Decisions on whole hosts: they win, and what they do not speak of stays as it was.

What is expected comes of the captured lines and the choices alone, read by `raw_expectation` and
the few lines below; which rules there are makes no difference.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import attrs
from hypothesis import given
from hypothesis import strategies as st
from port_space import packet, swept
from raw_expectation import GOES_WITH, Host, read_host, version_of, wanted_in, wanted_out
from raw_hosts import raw_hosts

from netstat_fw import parse
from netstat_fw.analyzers import analyze
from netstat_fw.ruleset import Direction, Policy, propose, read_decisions

IN, OUT = Direction
ZONES = {
    "near": ["198.51.100.0/24", "2001:db8:9::/48"],
    "far": ["203.0.113.0/24"],
}
HERE = ("192.0.2.2", "192.0.2.200", "2001:db8::2", "2001:db8::200")
THERE = ("198.51.100.1", "203.0.113.9", "192.0.2.77", "2001:db8:9::1", "2001:db8:99::1")
# Not 22: who administers the host is let in against decisions, which is tested elsewhere.
PORTS = (25, 53, 80, 443, 465, 587, 5432, 7001, 8443, 9999)


@attrs.frozen
class Said:
    """One choice of the operator."""

    direction: Direction
    action: str
    ports: frozenset[int]
    zone: str | None

    def is_about(self, direction: Direction, port: int) -> bool:
        return self.direction is direction and port in self.ports

    def has(self, address: str) -> bool:
        prefixes = ZONES.get(self.zone or "", ["0.0.0.0/0", "::/0"])
        return any(ip_address(address) in ip_network(prefix) for prefix in prefixes)

    @property
    def settles(self) -> bool:
        """Whether it leaves nothing of its ports to what was captured."""
        return self.action == "accept" or self.zone is None

    def __str__(self) -> str:
        side = "from" if self.direction is IN else "to"
        ports = ",".join(map(str, sorted(self.ports)))
        lines = [
            f"[[{self.direction.value}]]",
            f'action = "{self.action}"',
            f'port = "tcp/{ports}"',
        ]
        return "\n".join([*lines, *([f'{side} = "zone:{self.zone}"'] if self.zone else [])])


choices = st.lists(
    st.builds(
        Said,
        st.sampled_from(Direction),
        st.sampled_from(["accept", "drop", "reject"]),
        st.frozensets(st.sampled_from(PORTS), min_size=1, max_size=2),
        st.sampled_from([None, None, "near", "far"]),
    ),
    min_size=1,
    max_size=4,
)


def decided(said: list[Said], direction: Direction, port: int, there: str) -> bool | None:
    """Tell whether choices accept somebody on a port; None where they leave it open."""
    about = [each for each in said if each.is_about(direction, port)]
    for each in about:
        if each.has(there):
            return each.action == "accept"
    return False if any(each.settles for each in about) else None


def expected_in(host: Host, said: list[Said], here: str, there: str) -> set[int]:
    seen = wanted_in(host, "tcp", here, there, 40000)
    bound = {port for protocol, port in host.binds if protocol == "tcp"}
    found = set()
    for port in {*seen, *PORTS}:
        choice = decided(said, IN, port, there)
        if choice is None and port not in bound:
            # It may go with ports that serve, and then lets in whom they let in.
            parents = [p for (_, p), others in GOES_WITH.items() if port in others and p in bound]
            answers = {p: _settled(said, p, there) for p in parents}
            choice = any(
                parent in seen if answer is None else answer and host.serves("tcp", parent, here)
                for parent, answer in answers.items()
            )
        if choice or (choice is None and port in seen):
            found.add(port)
    return found


def _settled(said: list[Said], port: int, there: str) -> bool | None:
    """Tell what choices come to that leave nothing of a port to what was captured."""
    if not any(each.is_about(IN, port) and each.settles for each in said):
        return None
    return decided(said, IN, port, there)


def expected_out(host: Host, said: list[Said], here: str, there: str) -> set[int]:
    seen = wanted_out(host, "tcp", here, 40000)
    answers = {port: decided(said, OUT, port, there) for port in {*seen, *PORTS}}
    return {port for port, choice in answers.items() if choice or (choice is None and port in seen)}


@given(raw_hosts(), choices)
def test_choices_win_and_touch_nothing_else(text: str, said: list[Said]) -> None:
    zones = "\n".join(f"{name} = {prefixes}" for name, prefixes in ZONES.items())
    decisions = read_decisions("\n".join(["[zones]", zones, *map(str, said)]))
    ruleset, host = propose(analyze(parse(text)), Policy(decisions=decisions)), read_host(text)
    for here in HERE:
        for there in THERE:
            if version_of(here) != version_of(there):
                continue
            wanted = expected_in(host, said, here, there)
            assert swept(ruleset, packet(IN, "tcp", here, there), wanted) == wanted
            wanted = expected_out(host, said, here, there)
            assert swept(ruleset, packet(OUT, "tcp", here, there), wanted) == wanted


def test_the_expectation_of_a_host_written_out() -> None:
    """What is expected is checked by hand, as no rule is looked at."""
    host = read_host(
        "tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 7/x\n"
        "tcp 0 0 127.0.0.1:25 0.0.0.0:* LISTEN 7/x\n"
        "tcp 0 0 0.0.0.0:9999 0.0.0.0:* LISTEN 7/x\n"
        "tcp 0 0 192.0.2.2:40002 198.51.100.1:8443 ESTABLISHED 7/x\n"
    )
    near, far = THERE[:2]

    def ports(said: list[Said], there: str) -> set[int]:
        return expected_in(host, said, HERE[0], there)

    assert ports([], near) == {80, 443, 9999}
    only_near = Said(IN, "accept", frozenset({25, 80}), "near")
    assert ports([only_near], near) == {25, 80, 443, 9999}
    assert ports([only_near], far) == {9999}
    not_far = Said(IN, "drop", frozenset({80}), "far")
    assert ports([not_far], far) == {443, 9999}
    assert ports([Said(IN, "reject", frozenset({80, 443}), None), only_near], near) == {25, 9999}
    assert expected_out(host, [], HERE[0], near) == {53, 8443}
    assert expected_out(host, [Said(OUT, "accept", frozenset({53}), "far")], HERE[0], near) == {
        8443
    }
