"""Windows: PowerShell or a batch file of netsh that make the rules of Windows Defender Firewall.

PowerShell keeps our rules in a group of their own, netsh under one name, and either removes these
first, so that loading is repeatable. Rules of others stay, and what they allow still passes. The
defaults of the profiles come last, when every rule is there, and not at all where one failed.

PowerShell ends a script at a comment that reads like the start of a signature, and cmd expands
percent signs in remarks; comments are therefore reduced like any other text.

Written after the documentation; unproven by the real tool.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import attrs

from netstat_fw.errors import ExportError
from netstat_fw.exporters.annotations import header_comments
from netstat_fw.exporters.quoting import plain
from netstat_fw.exporters.rendered import Rendered
from netstat_fw.exporters.windows_rules import COMMENT_BYTES, Entry, plan
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from netstat_fw.exporters.windows_rules import Plan
    from netstat_fw.ruleset.model import Ruleset

GROUP = "netstat-fw"
"""Group of our rules in PowerShell, name of each of them in netsh."""
UNGUARDED = "Have another way in before you run this: nothing takes it back."
"""What is true of the script alone, and of no deployment of it."""
# A line of cmd has 8191 characters: 50 prefixes of either side take 4,400 of them, 80 port ranges
# of either side 1,920.
_NETSH_ADDRESSES = 50
_NETSH_PORTS = 80
# [MS-FASP] 2.2.5, 2.2.7 and 2.2.13.
_MOST_LISTED = 1000
_LINE = 240


def render(ruleset: Ruleset, *, form: str = "powershell") -> Rendered:
    """Write the ruleset as a script for an administrator of Windows.

    Args:
        ruleset: what to write.
        form: ``powershell`` or ``netsh``, which cannot name interfaces.

    Raises:
        ExportError: for an unknown form; for a rule that drops or rejects what Windows cannot name
            or accepts by itself; for an accept that blocks behind it would swallow.
    """
    if form not in _FORMS:
        raise ExportError(f"target windows has no form {form!r}; there are {', '.join(_FORMS)}")
    name, mark, writer, interfaces = _FORMS[form]
    made = plan(ruleset, interfaces=interfaces)
    remarks = [*header_comments(ruleset, made.omissions, mark), *(f"{mark} {n}" for n in _NOTES)]
    # Marks that are words are made of harmless characters; "#" must not come in twice.
    header = [f"{mark} {plain(line[len(mark) :], _LINE).lstrip(' ')}".rstrip() for line in remarks]
    text = "\n".join(writer(ruleset, made, header)) + "\n"
    return Rendered(text, {name: text}, tuple(made.omissions))


def _powershell(ruleset: Ruleset, made: Plan, header: Iterable[str]) -> Iterator[str]:
    yield from header
    yield ""
    yield "$ErrorActionPreference = 'Stop'"
    yield (
        f"Get-NetFirewallRule -Group {_single(GROUP)} -ErrorAction SilentlyContinue"
        " | Remove-NetFirewallRule"
    )
    for entry in made.entries:
        if isinstance(entry, str):
            yield f"# {plain(entry, _LINE)}"
        else:
            for piece in _pieces(entry, _MOST_LISTED, _MOST_LISTED):
                yield f"New-NetFirewallRule {' '.join(_parameters(piece))} | Out-Null"
    defaults = " ".join(
        f"-Default{_DIRECTIONS[way]}Action {_action(accepts=_default(ruleset, way))}"
        for way in Direction
    )
    yield f"Set-NetFirewallProfile -All -Enabled True {defaults}"


def _parameters(entry: Entry) -> Iterator[str]:
    yield f"-Group {_single(GROUP)} -Name {_single(entry.name)}"
    yield f"-DisplayName {_single(entry.name)} -Description {_single(entry.comment)}"
    yield f"-Direction {_DIRECTIONS[entry.direction]} -Action {_action(accepts=entry.accepts)}"
    yield f"-Protocol {_single(entry.protocol)}"
    lists = {
        "IcmpType": entry.icmp_types,
        "LocalPort": entry.local_ports,
        "RemotePort": entry.remote_ports,
        "LocalAddress": entry.local,
        "RemoteAddress": entry.remote,
    }
    for parameter, values in lists.items():
        if values:
            yield f"-{parameter} {','.join(map(_single, values))}"
    if entry.interface is not None:
        yield f"-InterfaceAlias {_single(entry.interface)}"


def _single(text: str) -> str:
    # Between single quotes only a quote means something, and there is none in harmless text.
    return f"'{plain(text, COMMENT_BYTES)}'"


def _netsh(ruleset: Ruleset, made: Plan, header: Iterable[str]) -> Iterator[str]:
    # No variable, and no exclamation mark, is expanded; a failure ends the script.
    yield "@echo off"
    yield "setlocal DisableDelayedExpansion"
    yield from header
    yield f'netsh advfirewall firewall delete rule name="{GROUP}" >nul'
    for entry in made.entries:
        if isinstance(entry, str):
            yield f"rem {plain(entry, _LINE)}"
        else:
            for piece in _pieces(entry, _NETSH_ADDRESSES, _NETSH_PORTS):
                yield from _netsh_lines(piece)
    defaults = ",".join(
        f"{_action(accepts=_default(ruleset, way)).lower()}{_DIRECTIONS[way].lower()}"
        for way in Direction
    )
    yield f"netsh advfirewall set allprofiles firewallpolicy {defaults} || exit /b 1"
    yield "netsh advfirewall set allprofiles state on || exit /b 1"


def _netsh_lines(entry: Entry) -> Iterator[str]:
    way = "in" if entry.direction is Direction.INCOMING else "out"
    start = (
        f'netsh advfirewall firewall add rule name="{GROUP}"'
        f' description="{plain(entry.comment, COMMENT_BYTES)}"'
        f" dir={way} action={_action(accepts=entry.accepts).lower()}"
    )
    lists = {
        "localport": entry.local_ports,
        "remoteport": entry.remote_ports,
        "localip": entry.local,
        "remoteip": entry.remote,
    }
    ends = "".join(f" {name}={','.join(values)}" for name, values in lists.items() if values)
    protocol = f" protocol={entry.protocol.lower()}"
    for types in [f":{number},any" for number in entry.icmp_types] or [""]:
        yield f"{start}{protocol}{types}{ends} || exit /b 1"


def _pieces(entry: Entry, addresses: int, ports: int) -> Iterator[Entry]:
    """Divide an entry whose lists are too long; together the pieces match what it matches."""
    divided = itertools.product(
        _divided(entry.local_ports, ports),
        _divided(entry.remote_ports, ports),
        _divided(entry.local, addresses),
        _divided(entry.remote, addresses),
    )
    for number, (local_ports, remote_ports, local, remote) in enumerate(divided, 1):
        yield attrs.evolve(
            entry,
            name=entry.name if number == 1 else f"{entry.name}-{number}",
            local_ports=local_ports,
            remote_ports=remote_ports,
            local=local,
            remote=remote,
        )


def _divided(values: tuple[str, ...], most: int) -> list[tuple[str, ...]]:
    return [values[at : at + most] for at in range(0, len(values), most)] or [()]


def _default(ruleset: Ruleset, direction: Direction) -> bool:
    return ruleset.chain(direction).default is Action.ACCEPT


def _action(*, accepts: bool) -> str:
    return "Allow" if accepts else "Block"


_DIRECTIONS = {Direction.INCOMING: "Inbound", Direction.OUTGOING: "Outbound"}
_NOTES = (
    "",
    "Windows never filters loopback, accepts replies by itself, drops what belongs to nothing.",
    "Rules of others stay. What they allow still passes, and what they block does not.",
    UNGUARDED,
)
_FORMS: dict[
    str, tuple[str, str, Callable[[Ruleset, Plan, Iterable[str]], Iterator[str]], bool]
] = {
    "powershell": ("netstat_fw.ps1", "#", _powershell, True),
    "netsh": ("netstat_fw.cmd", "rem", _netsh, False),
}
