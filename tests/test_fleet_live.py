"""Ten hosts with real servers that talk to each other, captured together by the real netstat.

Ten namespaces hang on one bridge. The edges that come out are the connections that were made, and
the rules that follow from them let in those hosts and nobody else.
"""

from __future__ import annotations

import contextlib
import itertools
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import daemons
import netns
import pytest
from netns_lab import agent

from netstat_fw import Action, Direction, Flow
from netstat_fw.fleet import Fleet, survey
from netstat_fw.observation import Proof

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOSTS = ("admin", "app1", "app2", "db1", "db2", "name1", "name2", "web1", "web2", "web3")
SSH, WEB, NAMES = 7722, 80, 53
SESSIONS = (("admin", "db1", 4), ("admin", "db2", 6), ("web1", "db1", 4))
"""Who is logged in where, over which family."""
CONNECTIONS = (
    ("app1", "web1", "tcp", WEB, 4),
    ("app1", "web2", "tcp", WEB, 6),
    ("app2", "web2", "tcp", WEB, 4),
    ("app2", "web3", "tcp", WEB, 4),
    ("db2", "web1", "tcp", WEB, 4),
    ("web1", "name1", "tcp", NAMES, 4),
    ("web2", "name1", "udp", NAMES, 4),
    ("web3", "name2", "tcp", NAMES, 6),
    ("db1", "name2", "tcp", NAMES, 4),
    ("db1", "name2", "udp", NAMES, 4),
)
"""Which clients are connected to which servers, and over which family."""


def address(host: str, family: int) -> str:
    """Return the address of a host."""
    number = 10 + HOSTS.index(host)
    return f"192.0.2.{number}" if family == 4 else f"2001:db8::{number}"


def join(host: str, space: netns.Namespace, switch: netns.Namespace) -> None:
    """Give a host a link to the bridge, and its addresses."""
    made = ("ip", "link", "add", "eth0", "type", "veth", "peer", "name", host)
    space.run(*made, "netns", switch.name)
    space.run("ip", "address", "add", f"{address(host, 4)}/24", "dev", "eth0")
    space.run("ip", "address", "add", f"{address(host, 6)}/64", "dev", "eth0", "nodad")
    space.run("ip", "link", "set", "eth0", "up")
    switch.run("ip", "link", "set", host, "master", "bridge", "up")


def serve(
    spaces: Mapping[str, netns.Namespace], stack: contextlib.ExitStack
) -> dict[str, daemons.Daemons]:
    """Start the servers and wait for them."""
    root = Path(stack.enter_context(TemporaryDirectory()))
    made = {}
    for host, space in spaces.items():
        (root / host).mkdir()
        made[host] = servers = daemons.Daemons(root / host, stack)
        if host.startswith("db"):
            servers.sshd(space, SSH)
        elif host.startswith("web"):
            servers.nginx(space)
        elif host.startswith("name"):
            servers.dnsmasq(space)
    for host, space in spaces.items():
        port = {"db": SSH, "web": WEB, "name": NAMES}.get(host[:-1])
        if port is not None:
            daemons.wait_for_ports(space, port)
    return made


def connect(
    spaces: Mapping[str, netns.Namespace],
    made: Mapping[str, daemons.Daemons],
    stack: contextlib.ExitStack,
) -> None:
    """Log in, and connect the clients."""
    for client, server, family in SESSIONS:
        session = made[server].session(spaces[client], address(server, family), SSH)
        if session.echo("in") != "in":
            pytest.skip("needs an account of root that may log in by a key")
    # Ports of clients, as the kernel hands them out.
    ports = itertools.count(40_000)
    agents = {}
    for client, server, protocol, port, family in CONNECTIONS:
        if client not in agents:
            agents[client] = stack.enter_context(agent(spaces[client]))
        held = {"address": address(client, family), "port": next(ports), "protocol": protocol}
        agents[client].do("hold", name="client", to=(address(server, family), port), **held)


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with contextlib.ExitStack() as stack:
        switch = stack.enter_context(netns.namespace(*daemons.TOOLS))
        switch.run("ip", "link", "add", "bridge", "type", "bridge")
        switch.run("ip", "link", "set", "bridge", "up")
        spaces = {host: stack.enter_context(netns.namespace()) for host in HOSTS}
        for host, space in spaces.items():
            join(host, space, switch)
        connect(spaces, serve(spaces, stack), stack)
        captures = [(host, None, space.run("netstat", "-anp")) for host, space in spaces.items()]
        yield survey(captures)


def test_the_confirmed_edges_are_the_connections_that_were_made(fleet: Fleet) -> None:
    made = {(client, server, "tcp", SSH) for client, server, _ in SESSIONS}
    made |= {connection[:4] for connection in CONNECTIONS}
    found = {(e.client, e.server, e.protocol.value, e.port): e for e in fleet.edges}
    assert found.keys() == made
    assert all(edge.is_confirmed for edge in fleet.edges)
    # A server of datagrams knows nothing of its clients.
    both = {key for key, edge in found.items() if edge.proof is Proof.BOTH_ENDS}
    assert both == {key for key in made if key[2] == "tcp"}


def test_the_edges_name_the_addresses_that_were_used(fleet: Fleet) -> None:
    found = {(e.client, e.server, e.protocol.value, e.port): e for e in fleet.edges}
    for client, server, protocol, port, family in CONNECTIONS:
        edge = found[client, server, protocol, port]
        assert address(server, family) in map(str, edge.server_addresses)
        assert address(client, family) in map(str, edge.client_addresses)


def test_the_rules_of_the_edges_let_in_those_hosts_alone(fleet: Fleet) -> None:
    rulesets = {each.host: each.ruleset for each in fleet.remotes}
    web = rulesets["web1"]
    assert web is not None
    answers = {
        host: web.decide(
            Flow(
                direction=Direction.INCOMING,
                protocol="tcp",
                local_address=address("web1", 4),
                local_port=WEB,
                remote_address=address(host, 4),
                remote_port=40_000,
            )
        ).action
        for host in HOSTS
        if host != "web1"
    }
    let_in = {host for host, action in answers.items() if action is Action.ACCEPT}
    assert let_in == {"app1", "db2"}


def test_hosts_of_one_kind_expose_the_same(fleet: Fleet) -> None:
    exposed = {report.host: report.exposes for report in fleet.reports}
    assert exposed["web1"] == exposed["web2"] == exposed["web3"] == ("tcp/80",)
    assert exposed["db1"] == exposed["db2"] == ("tcp/7722",)
    assert exposed["name1"] == exposed["name2"] == ("tcp/53", "udp/53")
    assert exposed["admin"] == exposed["app1"] == ()
