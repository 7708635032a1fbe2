"""Network namespaces for tests that use the real tools; they change nothing outside.

`namespace` skips the test, with the reason, where root or a tool is missing.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import attrs
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_COUNTER = itertools.count()


@attrs.frozen
class Namespace:
    """A network namespace by name."""

    name: str

    def run(self, *command: str, text: str | None = None) -> str:
        """Run a command inside and return what it printed; fail the test where it fails."""
        done = subprocess.run(
            self.command(*command),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}\n{text}"
        return done.stdout

    def command(self, *command: str) -> tuple[str, ...]:
        """Return the command that runs another one inside."""
        return ("ip", "netns", "exec", self.name, *command)


def require(*tools: str) -> None:
    """Skip the test, and say why, where a program is missing."""
    for tool in tools:
        if shutil.which(tool) is None:
            pytest.skip(f"needs the program {tool}")


@contextlib.contextmanager
def namespace(*tools: str) -> Iterator[Namespace]:
    """Make a namespace with loopback up, and remove it again with all that was loaded in it.

    Args:
        tools: programs that the test needs beside ``ip``.
    """
    if os.geteuid() != 0:
        pytest.skip("needs root, to make a network namespace")
    require("ip", *tools)
    name = f"nsfw-{os.getpid()}-{next(_COUNTER)}"
    made = subprocess.run(("ip", "netns", "add", name), capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"cannot make a network namespace: {made.stderr.strip()}")
    try:
        inside = Namespace(name)
        inside.run("ip", "link", "set", "lo", "up")
        yield inside
    finally:
        _end_all(name)
        subprocess.run(("ip", "netns", "del", name), check=True)


def _end_all(name: str) -> None:
    """End what still runs inside, such as sessions whose end a firewall has cut off."""
    command = ("ip", "netns", "pids", name)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for pid in done.stdout.split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
