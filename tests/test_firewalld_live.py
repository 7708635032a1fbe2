"""The firewalld files: checked offline, and loaded by a firewalld of our own in a namespace."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import firewalld_evaluator
import iptables_evaluator
import netns
import pytest
from effort import examples
from hypothesis import HealthCheck, given, settings
from port_space import sweep
from ruleset_strategies import rulesets
from test_nftables_live import SERVER, packet

from netstat_fw.errors import ExportError
from netstat_fw.exporters import Rendered, render
from netstat_fw.ruleset import (
    Action,
    Chain,
    Direction,
    Family,
    Flow,
    Log,
    LogInterval,
    LogRate,
    PortSet,
    Rule,
    Ruleset,
    base_rules,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE_CHAINS = {Direction.INCOMING: "filter_INPUT", Direction.OUTGOING: "filter_OUTPUT"}
BUILT_IN = {Direction.INCOMING: "INPUT", Direction.OUTGOING: "OUTPUT"}
CONFIGURATION = "DefaultZone=netstat-fw\nFirewallBackend=nftables\nCleanupOnExit=no\n"
BUS = """\
<busconfig><type>system</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>
</policy></busconfig>
"""


def expressible(chain: Chain) -> Chain:
    """Change what firewalld cannot say into what it can."""
    rules = [
        attrs.evolve(rule, states=() if len(rule.states) == 1 and rule.protocol else rule.states)
        for rule in chain.rules
        if rule.interface in {None, "lo"}
    ]
    return attrs.evolve(chain, rules=rules)


STATED = attrs.evolve(
    SERVER, incoming=expressible(SERVER.incoming), outgoing=expressible(SERVER.outgoing)
)
GUARDED = Ruleset(
    Chain(Action.REJECT, [*base_rules(), Rule(action="accept", protocol="sctp")]),
    Chain(
        Action.ACCEPT,
        [
            *base_rules(),
            Rule(action="reject", protocol="tcp", remote_ports=PortSet([25])),
            Rule(action="drop", protocol="udp", local_ports=PortSet([161]), log=Log("snmp", None)),
        ],
    ),
)


def written(directory: Path, rendered: Rendered) -> Path:
    """Write the files below a configuration directory of their own."""
    (directory / "firewalld.conf").write_text(CONFIGURATION)
    for name, text in rendered.files.items():
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return directory


def checked(directory: Path) -> None:
    """Let firewalld's own checker read the configuration."""
    done = subprocess.run(
        ("firewall-offline-cmd", "--system-config", str(directory), "--check-config"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def inside() -> Iterator[netns.Namespace]:
    tools = ("firewalld", "firewall-offline-cmd", "dbus-daemon", "nft", "iptables-nft-save")
    with netns.namespace(*tools) as made:
        yield made


@contextlib.contextmanager
def running(*command: str, **environment: str) -> Iterator[None]:
    """Run a daemon while the context lasts."""
    with subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield
        finally:
            process.terminate()


def load(inside: netns.Namespace, directory: Path) -> None:
    """Start a firewalld with a bus of its own, and stop it when it has loaded everything."""
    bus = directory / "bus"
    configuration = directory / "bus.conf"
    configuration.write_text(BUS.format(bus))
    address = f"unix:path={bus}"
    log = str(directory / "log")
    firewalld = inside.command(
        "firewalld", "--nofork", "--nopid", "--system-config", str(directory), "--log-file", log
    )
    with running("dbus-daemon", f"--config-file={configuration}", "--nofork"):
        wait_for(bus.exists)
        with running(*firewalld, DBUS_SYSTEM_BUS_ADDRESS=address):
            wait_for(lambda: is_running(address))
    errors = [line for line in Path(log).read_text().splitlines() if "ERROR" in line]
    assert errors == []


def is_running(address: str) -> bool:
    """Ask firewalld whether it has loaded everything."""
    done = subprocess.run(
        ("firewall-cmd", "--state"),
        env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address},
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode == 0


def wait_for(condition: Any) -> None:  # noqa: ANN401 - a callable
    """Wait until a condition holds, for 20 seconds at most."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@attrs.frozen
class Loaded:
    """The tables that firewalld has made."""

    chains: firewalld_evaluator.Chains
    tables: dict[Family, iptables_evaluator.Table]

    def action(self, flow: Flow) -> str:
        """Say what becomes of a packet: direct rules may drop it, firewalld decides the rest."""
        table = self.tables[flow.family]
        if iptables_evaluator.verdict(table, BUILT_IN[flow.direction], packet(flow)) == "drop":
            return "drop"
        chain = BASE_CHAINS[flow.direction]
        return firewalld_evaluator.verdict(self.chains, chain, packet(flow))


def loaded(inside: netns.Namespace, directory: Path) -> Loaded:
    """Load a configuration directory and list what came of it."""
    load(inside, directory)
    listing = inside.run("nft", "-j", "-n", "list", "table", "inet", "firewalld")
    tables = {
        family: iptables_evaluator.read(inside.run(f"{tool}-nft-save", "-t", "filter"))
        for family, tool in ((Family.IPV4, "iptables"), (Family.IPV6, "ip6tables"))
    }
    return Loaded(firewalld_evaluator.read(listing), tables)


@pytest.mark.parametrize("ruleset", [STATED, GUARDED], ids=["server", "guarded"])
def test_what_firewalld_loads_is_what_the_model_says(
    inside: netns.Namespace, tmp_path: Path, ruleset: Ruleset
) -> None:
    """Over all ports; and over states, ICMP types, loopback and hop limits."""
    rendered = render(ruleset, "firewalld")
    directory = written(tmp_path, rendered)
    checked(directory)
    real = loaded(inside, directory)
    for flow in sweep(ruleset):
        assert real.action(flow) == ruleset.decide(flow).action.value, flow
    declared = any("hop limit" in omission.sentence for omission in rendered.omissions)
    assert declared == (ruleset is GUARDED)
    for flow in others():
        # What direct rules drop, a rejecting default would have rejected.
        passes = ruleset.decide(flow).action is Action.ACCEPT
        if declared and flow.hop_limit == 64 and flow.icmp_type in range(133, 138):
            assert real.action(flow) == "drop", flow
        else:
            assert (real.action(flow) == "accept") == passes, flow


def others() -> Iterator[Flow]:
    """Give packets that differ in anything but ports."""
    for direction in Direction:
        ends: dict[str, Any] = {
            "direction": direction,
            "local_address": "192.0.2.1",
            "interface": "eth7",
        }
        for state in ("new", "established", "related", "invalid", "untracked"):
            for remote in ("192.0.2.2", "127.0.0.1"):
                tcp: dict[str, Any] = {"protocol": "tcp", "local_port": 123, "remote_port": 22}
                yield Flow(**ends, **tcp, remote_address=remote, state=state, hop_limit=64)
        for state, remote_port in itertools.product(("new", "established"), (66, 67, 1234)):
            lease: dict[str, Any] = {"protocol": "udp", "local_port": 68, "state": state}
            yield Flow(**ends, **lease, remote_port=remote_port, remote_address="192.0.2.2")
        for number in (0, 3, 5, 8, 11, 12, 13):
            echo: dict[str, Any] = {"protocol": "icmp", "icmp_type": number, "hop_limit": 64}
            yield Flow(**ends, **echo, remote_address="192.0.2.2")
        ends["local_address"] = "2001:db8::1"
        for number in (1, 2, 3, 4, 127, 128, 129, 133, 134, 135, 136, 137):
            for hop_limit in (64, 255):
                echo = {"protocol": "icmpv6", "icmp_type": number, "hop_limit": hop_limit}
                yield Flow(**ends, **echo, remote_address="2001:db8::2", state="untracked")
        ends |= {"interface": "lo", "local_address": "127.0.0.1", "remote_address": "127.0.0.1"}
        yield Flow(**ends, protocol="udp", local_port=9, remote_port=9)


def test_saved_files_hold_the_same_rules(inside: netns.Namespace, tmp_path: Path) -> None:
    """The tool rewrites a file that it changes: order by priority must survive without comments."""
    directory = written(tmp_path, render(STATED, "firewalld"))
    for option, name in (("--zone", "netstat-fw"), ("--policy", "netstat-fw-out")):
        kind = option.removeprefix("--")
        for change in ("--add-service=ssh", f"--remove-service-from-{kind}=ssh"):
            command = ("firewall-offline-cmd", "--system-config", str(directory))
            inside.run(*command, f"{option}={name}", change)
    assert "BASE_ICMP" not in (directory / "zones" / "netstat-fw.xml").read_text()
    real = loaded(inside, directory)
    for flow in sweep(STATED):
        assert real.action(flow) == STATED.decide(flow).action.value, flow


@settings(
    max_examples=examples(5),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rulesets())
def test_the_checker_takes_whatever_is_rendered(
    tmp_path_factory: pytest.TempPathFactory, inside: netns.Namespace, ruleset: Ruleset
) -> None:
    assert inside is not None
    try:
        rendered = render(ruleset, "firewalld")
    except ExportError:
        return
    checked(written(tmp_path_factory.mktemp("firewalld"), rendered))


def test_the_checker_takes_every_log_rate(inside: netns.Namespace, tmp_path: Path) -> None:
    assert inside is not None
    rates = [LogRate(count, unit) for count in (1, 10, 100_000) for unit in LogInterval]
    rules = [Rule(action="drop", log=Log("x", rate)) for rate in rates]
    checked(written(tmp_path, render(Ruleset(Chain("drop", rules), Chain("drop")), "firewalld")))
