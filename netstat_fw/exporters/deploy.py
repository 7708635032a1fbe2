"""Deployment: a script that loads a firewall and takes it back unless somebody says ``yes``.

The script saves what is loaded of our own table or chains, starts a timer, loads, and asks. It
rolls back when the answer is another one, when none comes in time, and when the connection to the
terminal is lost. What it saves, replaces and restores is ours alone; it flushes nothing else.

Written for any POSIX shell, sh(1); `netstat_fw.exporters.deploy_windows` is the same in PowerShell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.errors import ExportError
from netstat_fw.exporters import deploy_windows, iptables, nftables, windows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from netstat_fw.exporters.rendered import Rendered
    from netstat_fw.ruleset.model import Ruleset

LONGEST = 86_400
"""Seconds that a confirmation may be waited for: a day."""


def deploy_script(ruleset: Ruleset, target: str, *, seconds: int = 60) -> str:
    """Write a script that loads a ruleset and asks for confirmation.

    It is one for ``sh``, or for Windows PowerShell as an administrator, and exits with 0 where the
    firewall was kept, with 1 where it was rolled back.

    Args:
        ruleset: what to load.
        target: ``nftables``, ``iptables`` or ``windows``.
        seconds: how long to wait for the answer, 1 to `LONGEST`.

    Raises:
        ExportError: for another target or a wait out of range, and as the target does.
    """
    check_deployment(target, seconds)
    return _WRITERS[target](ruleset, seconds)


def check_deployment(target: str, seconds: int = 60) -> None:
    """Check that there can be such a script, whatever the ruleset.

    Raises:
        ExportError: for a target without one or a wait out of range.
    """
    if target not in _WRITERS:
        raise ExportError(f"no deployment for target {target!r}; there are {', '.join(_WRITERS)}")
    if not 1 <= seconds <= LONGEST:
        raise ExportError(f"a confirmation is waited for 1 to {LONGEST} seconds, not {seconds}")


def _for_nftables(ruleset: Ruleset, seconds: int) -> str:
    return _shell(nftables.render(ruleset), _NFTABLES, seconds)


def _for_iptables(ruleset: Ruleset, seconds: int) -> str:
    return _shell(iptables.render(ruleset), _IPTABLES, seconds)


def _for_windows(ruleset: Ruleset, seconds: int) -> str:
    return deploy_windows.wrap(windows.render(ruleset).text, seconds)


def _shell(rendered: Rendered, steps: str, seconds: int) -> str:
    files = [line for name, text in rendered.files.items() for line in _file(name, text)]
    end = _END.replace("@SECONDS@", str(seconds))
    return "\n".join([_START, *files, steps, end])


def _file(name: str, text: str) -> list[str]:
    """Write a file within the script; nothing in it means anything to the shell."""
    lines = text.splitlines()
    mark = "END_OF_FILE"
    while mark in lines:
        mark += "_"
    return [f"cat > \"$work/{name}\" <<'{mark}'", *lines, mark, ""]


_START = """\
#!/bin/sh
# Load a host firewall, and take it back unless somebody confirms it. Written by netstat-fw.
#
# Connections that are known stay established under the new rules: try to open a new one before you
# say yes.

set -eu
if [ "$(id -u)" != 0 ]; then
    echo "only root can load a firewall: run this as root" >&2
    exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"""

_NFTABLES = f"""\
save() {{
    nft list table inet {nftables.TABLE} > "$work/old.nft" 2>/dev/null || : > "$work/old.nft"
}}
load() {{
    nft -f "$work/{nftables.TABLE}.nft"
}}
back() {{
    {{
        echo "table inet {nftables.TABLE}"
        echo "delete table inet {nftables.TABLE}"
        cat "$work/old.nft"
    }} | nft -f -
}}
"""

_JUMPS = " ".join(f"{iptables.BUILT_IN[way]}:{ours}" for way, ours in iptables.CHAINS.items())

_IPTABLES = f"""\
jumps() {{
    "$1" -w 5 -C "${{2%:*}}" -j "${{2#*:}}" 2>/dev/null
}}
# The way back is a file for the restore program, written before anything changes.
save_tool() {{
    "$1-save" -t filter > "$work/$1.old"
    echo "*filter" > "$work/$1.back"
    for jump in {_JUMPS}; do
        jumps "$1" "$jump" || echo "-D ${{jump%:*}} -j ${{jump#*:}}"
    done >> "$work/$1.back"
    for ours in {" ".join(iptables.CHAINS.values())}; do
        if grep -q -e "^:$ours " "$work/$1.old"; then
            echo ":$ours - [0:0]"
            grep -e "^-A $ours " "$work/$1.old" || :
        else
            echo "-F $ours"
            echo "-X $ours"
        fi
    done >> "$work/$1.back"
    echo "COMMIT" >> "$work/$1.back"
}}
load_tool() {{
    cp "$work/$1.rules" "$work/$1.new"
    for jump in {_JUMPS}; do
        if jumps "$1" "$jump"; then
            line="-I ${{jump%:*}} 1 -j ${{jump#*:}}"
            grep -vxF -e "$line" "$work/$1.new" > "$work/$1.less"
            mv "$work/$1.less" "$work/$1.new"
        fi
    done
    "$1-restore" -w 5 -n < "$work/$1.new"
    : > "$work/$1.loaded"
}}
back_tool() {{
    [ ! -e "$work/$1.loaded" ] || "$1-restore" -w 5 -n < "$work/$1.back"
}}
save() {{
    save_tool ip6tables
    save_tool iptables
}}
load() {{
    load_tool ip6tables
    load_tool iptables
}}
back() {{
    back_tool iptables
    back_tool ip6tables
}}
"""

_END = """\
# Whoever moves this file decides, and nobody else: the timer or the answer.
claim() {
    mv "$work/undecided" "$work/decided" 2>/dev/null
}
finish() {
    if claim; then
        kill "$timer" 2>/dev/null || :
        back && echo "rolled back" >&2 || echo "could not roll back" >&2
    fi
    wait "$timer" 2>/dev/null || :
    rm -rf "$work"
}

save
: > "$work/undecided"
(
    trap '' HUP INT
    trap - EXIT
    sleep @SECONDS@
    if claim; then
        back
        : > "$work/late"
        kill "$$" 2>/dev/null || rm -rf "$work"
    fi
) </dev/null >/dev/null 2>&1 &
timer=$!
trap finish EXIT
trap '[ ! -e "$work/late" ] || echo "no answer: rolled back" >&2; exit 1' HUP INT TERM

load
printf 'Loaded. Type yes within @SECONDS@ seconds to keep it: '
read -r answer || answer=
if [ "$answer" = yes ] && claim; then
    kill "$timer" 2>/dev/null || :
    echo "kept"
    exit 0
fi
exit 1
"""

_WRITERS: Mapping[str, Callable[[Ruleset, int], str]] = {
    "nftables": _for_nftables,
    "iptables": _for_iptables,
    "windows": _for_windows,
}
