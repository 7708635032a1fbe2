"""Edges between hosts: who is a client of whom, what proves it, and what can be decided from it."""

from __future__ import annotations

import random
from ipaddress import ip_address
from itertools import product
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netstat_fw import parse
from netstat_fw.analyzers import analyze
from netstat_fw.evidence import Evidence
from netstat_fw.observation import (
    Edge,
    NamedRemote,
    Proof,
    decide_remotes,
    find_edges,
    merge,
    name_remotes,
    observe,
    shared_addresses,
)
from netstat_fw.playback import Standing, replay
from netstat_fw.protocol import Protocol
from netstat_fw.ruleset import AddressSet, Decisions, Flow, Policy, Zone, propose

if TYPE_CHECKING:
    from netstat_fw.analyzers.findings import Findings

WEB = """\
tcp 0 0 0.0.0.0:443 0.0.0.0:* LISTEN 5/nginx
tcp 0 0 192.0.2.10:45440 192.0.2.20:5432 ESTABLISHED 6/app
"""
DB = """\
tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd
tcp 0 0 192.0.2.20:5432 0.0.0.0:* LISTEN 7/postgres
tcp 0 0 192.0.2.20:5432 192.0.2.10:45440 ESTABLISHED 7/postgres
"""


def found(**texts: str) -> dict[str, Findings]:
    """Analyze the captures of hosts, by name."""
    return {
        name: analyze(parse(text), ephemeral=(32768, 60999), name=name)
        for name, text in texts.items()
    }


def edges(**texts: str) -> list[str]:
    """Return the edges between hosts, for a reader."""
    return [str(edge) for edge in find_edges(found(**texts))]


def test_a_connection_that_both_captures_show_is_proved_at_both_ends() -> None:
    [edge] = find_edges(found(web=WEB, db=DB))
    assert edge == Edge(
        "web",
        "db",
        Protocol.TCP,
        5432,
        Proof.BOTH_ENDS,
        (ip_address("192.0.2.10"),),
        (ip_address("192.0.2.20"),),
    )
    assert edge.is_confirmed
    assert edge.client_evidence == (Evidence(2, "web"),)
    assert edge.server_evidence == (Evidence(2, "db"),)
    assert str(edge) == "web -> db tcp/5432 (both ends)"


def test_a_connection_to_a_listener_is_proved_at_the_clients_end() -> None:
    listening = "tcp 0 0 0.0.0.0:5432 0.0.0.0:* LISTEN 7/postgres\n" + DB.splitlines()[1]
    [edge] = find_edges(found(web=WEB, db=listening))
    assert edge.proof is Proof.CLIENT_END
    assert edge.is_confirmed
    assert edge.client_addresses == (ip_address("192.0.2.10"),)


def test_a_connection_that_the_client_does_not_show_is_not_confirmed() -> None:
    [edge] = find_edges(
        found(web=WEB.splitlines()[0] + "\n" + "udp 0 0 192.0.2.10:68 0.0.0.0:* 1/x", db=DB)
    )
    assert edge.proof is Proof.SERVER_END
    assert not edge.is_confirmed
    assert edge.client_evidence == ()
    assert edge.server_evidence == (Evidence(3, "db"),)
    assert edge.server_addresses == (ip_address("192.0.2.20"),)


@pytest.mark.parametrize(
    "server",
    [
        # Nothing listens on the port, on that address, over that family, or for others.
        "tcp 0 0 192.0.2.20:22 0.0.0.0:* LISTEN 1/sshd",
        "tcp 0 0 192.0.2.21:5432 0.0.0.0:* LISTEN 7/x\ntcp 0 0 192.0.2.20:22 0.0.0.0:* LISTEN 1/s",
        "tcp6 0 0 2001:db8::20:5432 :::* LISTEN 7/x\ntcp 0 0 192.0.2.20:22 0.0.0.0:* LISTEN 1/s",
        "tcp 0 0 127.0.0.1:5432 0.0.0.0:* LISTEN 7/x\ntcp 0 0 192.0.2.20:22 0.0.0.0:* LISTEN 1/s",
        "udp 0 0 192.0.2.20:5432 0.0.0.0:* 7/postgres",
    ],
)
def test_a_connection_to_what_is_not_served_is_no_edge(server: str) -> None:
    assert edges(web=WEB, db=server) == []


def test_connections_over_both_families_are_one_edge() -> None:
    client = WEB + "tcp6 0 0 2001:db8::10:45440 2001:db8::20:5432 ESTABLISHED 6/app\n"
    server = (
        "tcp 0 0 0.0.0.0:5432 0.0.0.0:* LISTEN 7/postgres\n"
        "tcp6 0 0 2001:db8::20:5432 :::* LISTEN 7/postgres\n"
        "tcp 0 0 192.0.2.20:22 0.0.0.0:* LISTEN 1/sshd\n"
    )
    [edge] = find_edges(found(web=client, db=server))
    assert [str(a) for a in edge.client_addresses] == ["192.0.2.10", "2001:db8::10"]
    assert [str(a) for a in edge.server_addresses] == ["192.0.2.20", "2001:db8::20"]
    assert edge.client_evidence == (Evidence(2, "web"), Evidence(3, "web"))
    assert edge.server_evidence == (Evidence(1, "db"), Evidence(2, "db"))


def test_an_attempt_that_nobody_answers_is_no_edge_unless_the_server_noticed() -> None:
    asking = WEB.replace("ESTABLISHED", "SYN_SENT")
    listening = "\n".join(DB.splitlines()[:2])
    assert edges(web=asking, db=listening) == []
    assert edges(web=asking, db=DB) == ["web -> db tcp/5432 (both ends)"]


def test_an_address_that_several_hosts_have_tells_nobody_apart() -> None:
    docker = "tcp 0 0 172.17.0.1:8080 0.0.0.0:* LISTEN 5/proxy\n"
    third = "tcp 0 0 172.17.0.9:45440 172.17.0.1:8080 ESTABLISHED 6/app\n" + SSHD
    hosts = found(a=docker, b=docker, c=third)
    assert [str(address) for address in shared_addresses(hosts)] == ["172.17.0.1"]
    assert find_edges(hosts) == ()
    assert edges(a=docker, c=third) == ["c -> a tcp/8080 (client end)"]


SSHD = "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd\n"


@pytest.mark.parametrize(
    ("client", "server"),
    [
        # A link-local address is one of every link.
        ("fe80::10:45440 fe80::20:8080", "tcp6 0 0 :::8080 :::* LISTEN 5/httpd"),
        # The wildcard of the other family does not answer.
        ("2001:db8::10:45440 2001:db8::20:8080", "tcp 0 0 0.0.0.0:8080 0.0.0.0:* LISTEN 5/x"),
    ],
)
def test_an_address_that_does_not_serve_is_no_ground_for_an_edge(client: str, server: str) -> None:
    there = client.split()[1].removesuffix(":8080")
    own = f"tcp6 0 0 {there}:22 :::* LISTEN 1/sshd"
    asking = f"tcp6 0 0 {client} ESTABLISHED 6/app\n{SSHD}"
    assert edges(a=f"{server}\n{own}", b=asking) == []


def test_a_service_that_is_best_shut_is_no_ground_for_an_edge() -> None:
    server = "udp 0 0 0.0.0.0:631 0.0.0.0:* 5/cups-browsed\n" + DB
    client = "udp 0 0 192.0.2.10:45440 192.0.2.20:631 ESTABLISHED 6/app\n" + SSHD
    assert edges(a=server, b=client) == ["b -> a tcp/5432 (server end)"]


def test_a_datagram_server_is_found_by_its_connected_clients() -> None:
    dns = "udp 0 0 192.0.2.53:53 0.0.0.0:* 5/named\n"
    client = "udp 0 0 192.0.2.10:45440 192.0.2.53:53 ESTABLISHED 6/app\n" + SSHD
    hosts = found(dns=dns, web=client)
    [edge] = find_edges(hosts)
    assert edge.proof is Proof.CLIENT_END
    # Others may ask without being connected, so nobody is kept out.
    assert decide_remotes(name_remotes(hosts, [edge])["dns"]) == Decisions(name="edges")


def test_hosts_that_ask_each_other_have_two_edges() -> None:
    one, two = (
        f"udp 0 0 192.0.2.{a}:123 0.0.0.0:* 5/ntpd\n"
        f"udp 0 0 192.0.2.{a}:123 192.0.2.{b}:123 ESTABLISHED 5/ntpd\n"
        for a, b in ((1, 2), (2, 1))
    )
    assert edges(a=one, b=two) == ["a -> b udp/123 (both ends)", "b -> a udp/123 (both ends)"]


def test_a_port_of_dynamic_rpc_is_met_and_never_narrowed() -> None:
    server = (
        "  TCP    0.0.0.0:20664          0.0.0.0:0              LISTENING       700\n"
        " [lsass.exe]\n"
        "  TCP    192.0.2.30:20664       192.0.2.10:45440       ESTABLISHED     700\n"
        " [lsass.exe]\n"
        "  TCP    192.0.2.30:445         0.0.0.0:0              LISTENING       4\n"
    )
    client = "tcp 0 0 192.0.2.10:45440 192.0.2.30:20664 ESTABLISHED 6/app\n" + SSHD
    # Where the range is the usual one, the client alone cannot tell that it is one.
    hosts = {
        "web": analyze(parse(client)),
        "win": analyze(parse(server), ephemeral=(20000, 30000)),
    }
    [edge] = find_edges(hosts)
    assert str(edge) == "web -> win tcp/20664 (both ends)"
    [named] = name_remotes(hosts, [edge])["win"]
    assert not named.is_complete


class TestNaming:
    STRANGER = "tcp 0 0 192.0.2.20:5432 203.0.113.9:45438 ESTABLISHED 7/postgres\n"

    def test_hosts_and_strangers_at_the_other_side_are_told(self) -> None:
        hosts = found(web=WEB, db=DB + self.STRANGER)
        named = name_remotes(hosts, find_edges(hosts))
        [incoming], [outgoing] = named["db"], named["web"]
        assert incoming == NamedRemote(
            incoming.direction.INCOMING,
            Protocol.TCP,
            5432,
            (("web", (ip_address("192.0.2.10"),)),),
            (ip_address("203.0.113.9"),),
        )
        assert outgoing.hosts == (("db", (ip_address("192.0.2.20"),)),)
        assert outgoing.strangers == ()

    def test_decisions_let_in_the_hosts_and_strangers_that_were_seen_and_nobody_else(self) -> None:
        hosts = found(web=WEB, db=DB + self.STRANGER)
        remotes = name_remotes(hosts, find_edges(hosts))["db"]
        decisions = decide_remotes(remotes)
        assert decisions.zones == (Zone("web", AddressSet(["192.0.2.10"])),)
        assert [str(choice) for choice in decisions.choices] == [
            "accept tcp/5432 from zone web, 203.0.113.9"
        ]
        ruleset = propose(hosts["db"], Policy(decisions=decisions))
        for peer, passes in (("192.0.2.10", True), ("203.0.113.9", True), ("203.0.113.8", False)):
            flow = Flow(
                direction="incoming",
                protocol="tcp",
                local_address="192.0.2.20",
                remote_address=peer,
                local_port=5432,
                remote_port=45438,
            )
            assert (ruleset.decide(flow).action.value == "accept") is passes
        judged = replay(ruleset, parse(DB + self.STRANGER)).judgements
        assert [each.standing for each in judged] == [
            Standing.PASSES, Standing.NARROWED, Standing.PASSES, Standing.PASSES,
        ]  # fmt: skip

    def test_a_way_in_for_administrators_is_left_as_it_is(self) -> None:
        admin = "tcp 0 0 192.0.2.10:45440 192.0.2.20:22 ESTABLISHED 6/ssh\n" + SSHD
        server = SSHD + "tcp 0 0 192.0.2.20:22 192.0.2.10:45440 ESTABLISHED 1/sshd\n"
        hosts = found(admin=admin, db=server)
        named = name_remotes(hosts, find_edges(hosts))
        assert named["db"][0].admin
        assert decide_remotes(named["db"]).choices == ()
        assert [str(c) for c in decide_remotes(named["admin"]).choices] == [
            "accept tcp/22 to zone db"
        ]

    def test_a_peer_without_an_address_keeps_the_service_open(self) -> None:
        nameless = "tcp 0 0 192.0.2.20:5432 app.example:45438 ESTABLISHED 7/postgres\n"
        hosts = found(web=WEB, db=DB + nameless)
        [named] = name_remotes(hosts, find_edges(hosts))["db"]
        assert not named.is_complete
        assert decide_remotes([named]).choices == ()

    def test_a_host_without_an_address_of_its_own_is_not_named(self) -> None:
        named = NamedRemote(
            direction=name_remotes(*_one())["db"][0].direction,
            protocol=Protocol.TCP,
            port=5432,
            hosts=(("web", ()),),
        )
        assert decide_remotes([named]) == Decisions(name="edges")

    def test_a_host_named_twice_is_one_zone(self) -> None:
        hosts, some = _one()
        [named] = name_remotes(hosts, some)["db"]
        other = attrs.evolve(named, port=5433, hosts=(("web", (ip_address("192.0.2.11"),)),))
        decisions = decide_remotes([named, other])
        assert decisions.zones == (Zone("web", AddressSet(["192.0.2.10/31"])),)
        assert len(decisions.choices) == 2


def _one() -> tuple[dict[str, Findings], tuple[Edge, ...]]:
    hosts = found(web=WEB, db=DB)
    return hosts, find_edges(hosts)


def test_edges_of_merged_captures_cite_the_captures() -> None:
    idle = "\n".join(DB.splitlines()[:2])
    hosts = {
        "web": observe(analyze(parse(WEB)), "web-1").findings,
        "db": merge(
            observe(analyze(parse(idle)), "db-1"), observe(analyze(parse(DB)), "db-2")
        ).findings,
    }
    [edge] = find_edges(hosts)
    assert edge.proof is Proof.BOTH_ENDS
    assert edge.server_evidence == (Evidence(2, "db-1"), Evidence(2, "db-2"))


NAMES = ("a", "b", "c", "d")
made = st.sets(
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from((80, 443, 5432))
    ).filter(lambda edge: edge[0] != edge[1]),
    max_size=8,
)


@settings(deadline=None)
@given(made, st.integers(0, 99))
def test_the_edges_of_hosts_captured_together_are_the_connections_that_were_made(
    connections: set[tuple[str, str, int]], seed: int
) -> None:
    address = {name: f"192.0.2.{number}" for number, name in enumerate(NAMES, 1)}
    texts = {name: [f"tcp 0 0 {address[name]}:22 0.0.0.0:* LISTEN 1/sshd"] for name in NAMES}
    for name, port in product(NAMES, (80, 443, 5432)):
        texts[name].append(f"tcp 0 0 0.0.0.0:{port} 0.0.0.0:* LISTEN 2/server")
    for number, (client, server, port) in enumerate(sorted(connections)):
        here, there = f"{address[client]}:{40000 + number}", f"{address[server]}:{port}"
        texts[client].append(f"tcp 0 0 {here} {there} ESTABLISHED 3/client")
        texts[server].append(f"tcp 0 0 {there} {here} ESTABLISHED 2/server")
    chance = random.Random(seed)  # noqa: S311 - no secret
    names = list(NAMES)
    chance.shuffle(names)
    for lines in texts.values():
        chance.shuffle(lines)
    some = find_edges(found(**{name: "\n".join(texts[name]) for name in names}))
    assert [(e.client, e.server, e.port) for e in some] == sorted(connections)
    assert all(edge.proof is Proof.BOTH_ENDS for edge in some)
    again = find_edges(found(**{name: "\n".join(texts[name]) for name in NAMES}))
    assert some == again
