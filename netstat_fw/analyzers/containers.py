"""Containers: programs whose ports pass the INPUT chain by, or that keep rules of their own.

Published ports are translated before routing (iptables-extensions(8), DNAT) and then forwarded, so
rules about incoming traffic do not govern them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.evidence import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.analyzers.findings import Exposure

CONTAINER_PUBLISHED = Reason(
    "CONTAINER_PUBLISHED",
    "a container's published port: packets to it are forwarded, so rules for incoming traffic may"
    " not govern it",
    "K7",
)
# Beginnings, because netstat cuts names: docker, podman and rootless publishers; kube-proxy holds
# the node ports of older clusters.
_PUBLISHERS = (
    "docker-pro", "rootlesspo", "rootlesski", "slirp4netn", "conmon", "netavark", "pasta",
    "kube-proxy",
)  # fmt: skip
# Programs that put chains of their own into the kernel's firewall.
_MANAGERS = (
    *_PUBLISHERS, "dockerd", "containerd", "podman", "kubelet", "k3s", "fail2ban", "firewalld",
    "crowdsec", "calico", "cilium", "flanneld", "libvirtd", "virtnetwork", "lxd", "incusd",
    "hyperkube", "kube-router", "k0s", "rke2", "crio", "weaver", "miniupnpd", "sshguard", "lfd",
)  # fmt: skip
# Programs that run on every node of a cluster.
_NODE_AGENTS = ("kubelet", "kube-proxy", "hyperkube", "k3s", "k0s", "rke2")
_NODE_PORTS = range(30000, 32768)
"""kube-apiserver(1), --service-node-port-range."""


def is_publisher(program: str) -> bool:
    """Tell whether a program publishes ports of containers."""
    return program.lower().startswith(_PUBLISHERS)


def is_firewall_manager(program: str) -> bool:
    """Tell whether a program keeps firewall rules that a reload of all tables would destroy."""
    return program.lower().startswith(_MANAGERS)


def is_node_port(exposure: Exposure, programs: Iterable[str]) -> bool:
    """Tell whether an exposed port is a cluster's, given the programs of the host."""
    return exposure.port in _NODE_PORTS and any(
        program.lower().startswith(_NODE_AGENTS) for program in programs
    )
