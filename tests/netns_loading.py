"""Firewalls in a namespace: how each target's output is loaded, as its header tells a user to.

Every loader starts from nothing: rules of others, and the connections that the kernel remembers,
are gone before it begins.
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import test_firewalld_live
import test_ufw_live

from netstat_fw.exporters import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import netns

    from netstat_fw.ruleset import Ruleset

TOOLS = {
    "nftables": ("nft", "conntrack"),
    "nftables-json": ("nft", "conntrack"),
    "iptables": ("nft", "conntrack", "iptables-nft-restore", "ip6tables-nft-restore"),
    "firewalld": ("nft", "conntrack", "firewalld", "dbus-daemon"),
    "ufw": ("nft", "conntrack", "ufw", "unshare"),
}
"""The programs that `load` needs for each target."""


def wipe(space: netns.Namespace) -> None:
    """Take every firewall away; connections that were established would outlive it."""
    space.run("nft", "flush", "ruleset")
    space.run("conntrack", "-F")


def load(space: netns.Namespace, ruleset: Ruleset, target: str) -> None:
    """Load a ruleset by a target's output, in place of everything else."""
    wipe(space)
    _LOADERS[target](space, ruleset)


@contextlib.contextmanager
def deploying(space: netns.Namespace, script: str) -> Iterator[subprocess.Popen[str]]:
    """Run a deployment script until it has loaded its firewall and waits for an answer."""
    with subprocess.Popen(
        space.command("sh", "-c", script),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read(6) == "Loaded"
        yield process


def _nftables(space: netns.Namespace, ruleset: Ruleset) -> None:
    space.run("nft", "-f", "-", text=render(ruleset, "nftables").text)


def _nftables_json(space: netns.Namespace, ruleset: Ruleset) -> None:
    space.run("nft", "-j", "-f", "-", text=render(ruleset, "nftables-json").text)


def _iptables(space: netns.Namespace, ruleset: Ruleset) -> None:
    files = render(ruleset, "iptables").files
    for tool in ("ip6tables", "iptables"):
        space.run(f"{tool}-nft-restore", "-n", text=files[f"{tool}.rules"])


def _firewalld(space: netns.Namespace, ruleset: Ruleset) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = test_firewalld_live.written(Path(name), render(ruleset, "firewalld"))
        test_firewalld_live.load(space, directory)


def _ufw(space: netns.Namespace, ruleset: Ruleset) -> None:
    with tempfile.TemporaryDirectory() as name:
        test_ufw_live.run(space, Path(name), render(ruleset, "ufw").text)


_LOADERS: Mapping[str, Callable[[netns.Namespace, Ruleset], None]] = {
    "nftables": _nftables,
    "nftables-json": _nftables_json,
    "iptables": _iptables,
    "firewalld": _firewalld,
    "ufw": _ufw,
}
