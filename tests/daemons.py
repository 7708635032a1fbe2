"""Real servers of Debian in a network namespace, each with files of its own and nothing else's.

They run in the foreground as children of the test, which ends them. ``ip netns exec`` gives each a
mount namespace, so that the ``/run`` they see can be an empty one.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from typing import IO, TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import netns

TOOLS = ("sshd", "ssh", "ssh-keygen", "nginx", "dnsmasq", "cupsd", "netstat", "ss")
"""The programs of Debian's openssh, nginx, dnsmasq-base, cups-daemon, net-tools and iproute2."""


@contextlib.contextmanager
def running(space: netns.Namespace, *command: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program with an empty ``/run`` while the context lasts."""
    script = 'mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec "$@"'
    with subprocess.Popen(
        space.command("sh", "-c", script, "sh", *command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


@attrs.frozen
class Daemons:
    """Starts servers, with their files below a directory; they end with the stack."""

    directory: Path
    stack: contextlib.ExitStack

    def start(self, space: netns.Namespace, *command: str) -> subprocess.Popen[str]:
        """Start a program by its name."""
        program = shutil.which(command[0])
        assert program is not None
        return self.stack.enter_context(running(space, program, *command[1:]))

    def write(self, name: str, *lines: str) -> str:
        """Write a file and return its path."""
        path = self.directory / name
        path.write_text("\n".join([*lines, ""]))
        return str(path)

    def sshd(self, space: netns.Namespace, port: int) -> None:
        """Start an OpenSSH server on all addresses, which lets the key in."""
        key = self.key()
        configuration = self.write(
            f"sshd-{port}",
            f"Port {port}",
            f"HostKey {key}",
            f"AuthorizedKeysFile {key}.pub",
            "StrictModes no",
            "UsePAM no",
            "PidFile none",
        )
        self.start(space, "sshd", "-D", "-f", configuration)

    def key(self) -> str:
        """Make the one key of all servers and users, or find it made."""
        path = self.directory / "key"
        if not path.exists():
            command = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path))
            subprocess.run(command, check=True)
        return str(path)

    def session(self, space: netns.Namespace, address: str, port: int) -> Session:
        """Log in and leave a ``cat`` running there."""
        options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR")
        flags = [flag for option in options for flag in ("-o", option)]
        key = ("-F", "none", "-i", self.key())
        to = ("-p", str(port), f"root@{address}", "cat")
        return Session(self.start(space, "ssh", *flags, *key, *to))

    def nginx(self, space: netns.Namespace) -> None:
        """Start a web server on all addresses, with a status page for 127.0.0.1:8080 alone."""
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        configuration = self.write(
            "nginx",
            f"pid {self.directory}/nginx.pid; user root; worker_processes 1;",
            "events {}",
            "http {",
            *(f"{kind}_temp_path {self.directory}/{kind};" for kind in kinds),
            "access_log off;",
            "server { listen 80; listen [::]:80; }",
            "server { listen 127.0.0.1:8080; }",
            "}",
        )
        self.start(space, "nginx", "-e", "stderr", "-g", "daemon off;", "-c", configuration)

    def dnsmasq(self, space: netns.Namespace) -> None:
        """Start a name server on all addresses, which knows one answer."""
        options = ("--no-resolv", "--no-hosts", "--address=/#/192.0.2.53", "--user=root")
        quiet = ("--log-facility=-", "--pid-file=")
        self.start(space, "dnsmasq", "-k", "-C", "/dev/null", *options, *quiet)

    def cupsd(self, space: netns.Namespace) -> None:
        """Start a print server on the loopback addresses."""
        root = self.directory / "cups"
        root.mkdir()
        places = ("ServerRoot", "RequestRoot", "TempDir", "CacheDir", "StateDir", "DocumentRoot")
        logs = ("ErrorLog", "AccessLog", "PageLog")
        files = self.write(
            "cups-files",
            *(f"{place} {root}" for place in places),
            *(f"{log} stderr" for log in logs),
        )
        configuration = self.write("cupsd.conf", "Listen localhost:631", "Browsing Off")
        self.start(space, "cupsd", "-f", "-c", configuration, "-s", files)


@attrs.frozen
class Session:
    """A remote ``cat``: what is written to it comes back."""

    process: subprocess.Popen[str]

    def echo(self, text: str) -> str:
        """Say a line and wait for its return; empty where the session has ended."""
        asked, answered = _ends(self.process)
        asked.write(f"{text}\n")
        asked.flush()
        return answered.readline().rstrip("\n")


def _ends(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def wait_for_ports(space: netns.Namespace, *ports: int) -> None:
    """Wait until something listens on each port, for 20 seconds at most."""
    deadline = time.monotonic() + 20
    while True:
        rows = [row.split() for row in space.run("ss", "-Htuln").splitlines()]
        missing = {str(port) for port in ports} - {row[4].rpartition(":")[2] for row in rows}
        if not missing:
            return
        assert time.monotonic() < deadline, f"nothing listens on {missing}"
        time.sleep(0.02)
