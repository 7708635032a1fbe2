"""Netstats: which command shows the sockets of the machine that this runs on, and its output.

The arguments are fixed, no shell is involved, and the program is found by absolute path: in the
folders that systems keep it in first, and never in the current one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from netstat_fw.cli.failures import InputError, cleaned

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_SECONDS = 120
_SHOWN_ERROR = 200


@attrs.frozen
class Netstat:
    """How netstat is called on a platform.

    Attributes:
        arguments: the calls to try, the best first; some netstats do not know every option.
        folders: where the system keeps it.
        install: how to get it.
        unprivileged: arguments to take instead without privilege, where the best ones need it.
        loss: what is missing without privilege, and the next step.
        program: name of the program's file.
    """

    arguments: tuple[tuple[str, ...], ...]
    folders: tuple[str, ...]
    install: str
    loss: str
    unprivileged: tuple[tuple[str, ...], ...] = ()
    program: str = "netstat"


def netstat_of(platform: str) -> Netstat:
    """Return how netstat is called on a platform, named as `sys.platform` names it.

    Raises:
        InputError: for a platform that is not known.
    """
    for prefix, known in NETSTATS.items():
        if platform.startswith(prefix):
            return known
    raise InputError(
        f"how to call netstat on {cleaned(platform)} is not known: save its output to a file, and"
        " name that"
    )


def is_privileged() -> bool:
    """Tell whether this process may see the programs of all users."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows alone has this

        return bool(ctypes.windll.shell32.IsUserAnAdmin())
    return os.geteuid() == 0


def run_netstat() -> tuple[bytes, str]:
    """Run this machine's netstat.

    Returns:
        Its output, and what is missing in it for lack of privilege: empty for nothing.

    Raises:
        InputError: where there is no netstat, or it fails.
    """
    known = netstat_of(sys.platform)
    program = _find(known)
    privileged = is_privileged()
    tried = known.arguments if privileged else known.unprivileged or known.arguments
    failure = ""
    for arguments in tried:
        output, failure = _call(program, arguments)
        if not failure:
            return output, "" if privileged else known.loss
    raise InputError(f"netstat failed: {failure}: run it by hand, and name a file with its output")


def _find(known: Netstat) -> str:
    """Find the program: where the system keeps it, then in the folders of PATH, never in ``.``."""
    for folder in [*known.folders, *os.environ.get("PATH", "").split(os.pathsep)]:
        path = Path(folder)
        program = shutil.which(path / known.program) if path.is_absolute() else None
        if program is not None:
            return program
    raise InputError(f"there is no netstat on this machine: {known.install}")


def _call(program: str, arguments: tuple[str, ...]) -> tuple[bytes, str]:
    """Run netstat; return its output, and why that cannot be used: empty where it can."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, an absolute path, no shell
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_LONGEST_SECONDS,
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        return b"", f"no end after {_LONGEST_SECONDS} seconds"
    except OSError as error:
        return b"", str(error.strerror)
    if done.returncode == 0 and done.stdout.strip():
        return done.stdout, ""
    said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().partition("\n")[0]
    return b"", cleaned(said[:_SHOWN_ERROR]) or f"no output, status {done.returncode}"


_UNIX_FOLDERS = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
NETSTATS: Mapping[str, Netstat] = {
    # -W keeps long addresses whole: net-tools 1.60 and later, BusyBox and toybox where built so.
    "linux": Netstat(
        (("-anpW",), ("-anp",), ("-an",)),
        _UNIX_FOLDERS,
        "install net-tools (apt-get, dnf or pacman), or name a capture from elsewhere",
        "without root, netstat shows the programs of this user only: run it again with sudo",
    ),
    # -v shows process ids on macOS.
    "darwin": Netstat(
        (("-anv",), ("-an",)),
        _UNIX_FOLDERS,
        "it is part of macOS: is /usr/sbin there?",
        "without root, netstat may not show every program: run it again with sudo",
    ),
    "win32": Netstat(
        (("-aonb",), ("-aon",)),
        (r"C:\Windows\System32",),
        r"it is part of Windows: is C:\Windows\System32 there?",
        "without elevation, netstat shows process ids but no programs: run it again from a prompt"
        ' opened with "Run as administrator"',
        (("-aon",),),
        "netstat.exe",
    ),
}
