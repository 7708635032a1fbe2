"""A host and its neighbour: two network namespaces, a link between them, a helper in each.

The neighbour stands for everyone else. Nothing that is sent leaves the two namespaces.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import netns

if TYPE_CHECKING:
    from collections.abc import Iterator

AGENT = Path(__file__).with_name("netns_agent.py")
HOST = {4: "192.0.2.10", 6: "2001:db8::10"}
PEER = {4: "192.0.2.20", 6: "2001:db8::20"}
LOOPBACK = {4: "127.0.0.1", 6: "::1"}


@attrs.frozen
class Agent:
    """A running helper in a namespace."""

    space: netns.Namespace
    process: subprocess.Popen[str]

    def tell(self, do: str, **command: object) -> None:
        """Send a command without waiting for its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **command}) + "\n")
        self.process.stdin.flush()

    def answer(self) -> Any:  # noqa: ANN401 - JSON
        """Wait for the answer to the oldest command that still lacks one."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def do(self, do: str, **command: object) -> Any:  # noqa: ANN401 - JSON
        """Send a command and wait for its answer."""
        self.tell(do, **command)
        return self.answer()


@attrs.frozen
class Link:
    """The two ends, by their helpers; ``host_mac`` is where frames for the host go."""

    host: Agent
    peer: Agent
    host_mac: str
    peer_mac: str


@contextlib.contextmanager
def link(*tools: str, host_device: str = "h0") -> Iterator[Link]:
    """Make both namespaces and the link, with addresses of both families, and the helpers.

    Args:
        tools: programs that the test needs beside ``ip``.
        host_device: what the host calls its end; the neighbour calls its own ``p0``.
    """
    with netns.namespace(*tools) as host, netns.namespace() as peer:
        ends = ((host, host_device, HOST), (peer, "p0", PEER))
        made = ("ip", "link", "add", host_device, "type", "veth")
        host.run(*made, "peer", "name", "p0", "netns", peer.name)
        # Duplicate address detection would make the first second silent.
        for space, device, addresses in ends:
            space.run("sysctl", "-qw", f"net.ipv6.conf.{device}.accept_dad=0")
            space.run("ip", "address", "add", f"{addresses[4]}/24", "dev", device)
            space.run("ip", "address", "add", f"{addresses[6]}/64", "dev", device, "nodad")
            space.run("ip", "link", "set", device, "up")
        # A host that routes loopback addresses, as container hosts do, is who B6 protects.
        for name in ("route_localnet", "accept_local"):
            host.run("sysctl", "-qw", f"net.ipv4.conf.{host_device}.{name}=1")
        for name in ("all", host_device):
            host.run("sysctl", "-qw", f"net.ipv4.conf.{name}.rp_filter=0")
        # Rejections are ICMP errors, and ten surveys ask for more of them than a host sends a peer.
        host.run("sysctl", "-qw", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
        macs = [
            json.loads(space.run("ip", "-j", "link", "show", device))[0]["address"]
            for space, device, _ in ends
        ]
        with agent(host) as on_host, agent(peer) as on_peer:
            yield Link(on_host, on_peer, *macs)


@contextlib.contextmanager
def agent(space: netns.Namespace) -> Iterator[Agent]:
    """Run a helper in a namespace while the context lasts."""
    with subprocess.Popen(
        space.command(sys.executable, "-u", str(AGENT)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Agent(space, process)
        finally:
            # The end of its input is the end of the helper, and of what it has started.
            process.communicate(timeout=20)
