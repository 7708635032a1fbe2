"""From real servers to real packets: what netstat shows of them becomes the firewall around them.

One namespace runs OpenSSH, nginx, dnsmasq and CUPS, with sessions in and out. Its netstat is
captured and goes the whole way; then listeners appear that the capture does not know, some of them
where a service was meant for the machine alone, and every probe is made.
"""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import attrs
import daemons
import netns
import pytest
from netns_lab import HOST, LOOPBACK, PEER, Agent, link
from netns_loading import TOOLS, load, wipe

from netstat_fw import analyze, parse, propose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset import Ruleset

GET = {"say": "GET / HTTP/1.0\r\n\r\n", "expect": "HTTP/1."}
BANNER = {"expect": "SSH-2.0-"}
QUERY = struct.pack("!6H", 0x4E53, 0x0100, 1, 0, 0, 0) + b"\x04name\x00\x00\x01\x00\x01"
DATAGRAM = {"say": QUERY.decode("latin-1"), "expect": "NS"}
STREAM = {"say": (struct.pack("!H", len(QUERY)) + QUERY).decode("latin-1"), "expect": "\x00"}
NOTHING: dict[str, str] = {}
BOTH = (4, 6)
V4 = (4,)
V6 = (6,)

# Where the question is asked, whom, what, and how it ends with the firewall and without any.
QUESTIONS: tuple[
    tuple[str, dict[int, str], tuple[int, ...], str, int, dict[str, str], str, str], ...
] = (
    # What was open to everybody.
    ("peer", HOST, BOTH, "tcp", 7722, BANNER, "open", "open"),
    ("peer", HOST, BOTH, "tcp", 80, GET, "open", "open"),
    ("peer", HOST, BOTH, "tcp", 53, STREAM, "open", "open"),
    ("peer", HOST, BOTH, "udp", 53, DATAGRAM, "open", "open"),
    # What will be there as well, as soon as something listens.
    ("peer", HOST, BOTH, "tcp", 443, NOTHING, "refused", "refused"),
    ("peer", HOST, BOTH, "ping", 0, NOTHING, "open", "open"),
    # What was for the machine alone, and is now open to everybody.
    ("peer", HOST, BOTH, "tcp", 25, NOTHING, "silent", "open"),
    ("peer", HOST, BOTH, "tcp", 631, NOTHING, "silent", "open"),
    ("peer", HOST, V4, "tcp", 8080, NOTHING, "silent", "open"),
    # What was not there, is there now, or is not there yet.
    ("peer", HOST, BOTH, "tcp", 3306, NOTHING, "silent", "open"),
    ("peer", HOST, BOTH, "udp", 161, NOTHING, "silent", "open"),
    ("peer", HOST, BOTH, "tcp", 22, NOTHING, "silent", "refused"),
    # The machine itself reaches everything of its own.
    ("host", LOOPBACK, BOTH, "tcp", 631, GET, "open", "open"),
    ("host", LOOPBACK, V4, "tcp", 8080, GET, "open", "open"),
    ("host", LOOPBACK, BOTH, "tcp", 7722, BANNER, "open", "open"),
    ("host", HOST, BOTH, "tcp", 3306, NOTHING, "open", "open"),
    # Out: as was seen, by the family that was seen, and names.
    ("host", PEER, V4, "tcp", 22, BANNER, "open", "open"),
    ("host", PEER, V6, "tcp", 22, BANNER, "silent", "open"),
    ("host", PEER, V4, "udp", 123, NOTHING, "open", "open"),
    ("host", PEER, BOTH, "udp", 53, DATAGRAM, "open", "open"),
    ("host", PEER, BOTH, "tcp", 53, STREAM, "open", "open"),
    ("host", PEER, BOTH, "tcp", 25, NOTHING, "silent", "open"),
    ("host", PEER, BOTH, "udp", 161, NOTHING, "forbidden", "open"),
)


@attrs.frozen
class Scene:
    """The host with its servers, the neighbour, and what netstat said of the host."""

    host: Agent
    peer: Agent
    sessions: tuple[daemons.Session, ...]
    capture: str

    def survey(self) -> dict[str, str]:
        """Ask every question once."""
        agents = {"host": self.host, "peer": self.peer}
        asked: dict[str, list[dict[str, object]]] = {"host": [], "peer": []}
        for where, whom, families, protocol, port, words, _, _ in QUESTIONS:
            asked[where] += [
                {"family": family, "address": whom[family], "protocol": protocol, "port": port}
                | words
                for family in families
            ]
        for where, agent in agents.items():
            agent.tell("ask_all", questions=asked[where])
        return {
            f"{where} asks {question['address']} {question['protocol']} {question['port']}": word
            for where, agent in agents.items()
            for question, word in zip(asked[where], agent.answer(), strict=True)
        }


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with (
        link("nft", "conntrack", *daemons.TOOLS) as ends,
        TemporaryDirectory() as directory,
        contextlib.ExitStack() as stack,
    ):
        host, peer = ends.host, ends.peer
        made = daemons.Daemons(Path(directory), stack)
        made.sshd(host.space, 7722)
        made.sshd(peer.space, 22)
        for space in (host.space, peer.space):
            made.dnsmasq(space)
        made.nginx(host.space)
        made.cupsd(host.space)
        for version in BOTH:
            mail = {"protocol": "tcp", "address": LOOPBACK[version], "port": 25}
            host.do("hold", name="master", **mail)
        clock = {"protocol": "udp", "address": HOST[4], "port": 40123, "to": (PEER[4], 123)}
        host.do("hold", name="chronyd", **clock)
        daemons.wait_for_ports(host.space, 7722, 80, 8080, 53, 631)
        daemons.wait_for_ports(peer.space, 22, 53)
        sessions = (
            made.session(peer.space, HOST[4], 7722),
            made.session(host.space, PEER[4], 22),
        )
        for session in sessions:
            if session.echo("before") != "before":
                pytest.skip("needs an account of root that may log in by a key")
        capture = host.space.run("netstat", "-anp")
        for port in (25, 631, 8080):
            families = V4 if port == 8080 else BOTH
            addresses = [HOST[version] for version in families]
            host.do("serve", protocol="tcp", port=port, addresses=addresses)
        for agent, protocol, port in (
            (host, "tcp", 3306), (host, "udp", 161), (peer, "tcp", 25), (peer, "udp", 123),
            (peer, "udp", 161),
        ):  # fmt: skip
            agent.do("serve", protocol=protocol, port=port)
        yield Scene(host, peer, sessions, capture)


def expected(*, protected: bool) -> dict[str, str]:
    """Say how a survey ends."""
    return {
        f"{where} asks {whom[family]} {protocol} {port}": with_rules if protected else without
        for where, whom, families, protocol, port, _, with_rules, without in QUESTIONS
        for family in families
    }


def proposed(capture: str) -> Ruleset:
    """Go the whole way from text to rules."""
    return propose(analyze(parse(capture, strict=True)))


def test_without_a_firewall_every_probe_that_must_be_blocked_passes(scene: Scene) -> None:
    wipe(scene.host.space)
    assert scene.survey() == expected(protected=False)


# Not ufw: it takes seconds for so many rules, and its packets are asked about elsewhere.
@pytest.mark.parametrize("target", ["nftables", "iptables", "firewalld"])
def test_what_was_seen_works_and_nothing_else_does(scene: Scene, target: str) -> None:
    """And sessions that are older than the firewall go on, unknown to connection tracking."""
    netns.require(*TOOLS[target])
    load(scene.host.space, proposed(scene.capture), target)
    assert scene.survey() == expected(protected=True)
    assert [session.echo(target) for session in scene.sessions] == [target, target]
