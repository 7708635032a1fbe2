"""Running the command in tests: in this process, or as a program of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from netstat_fw.cli.group import app

FIXTURES = Path(__file__).parent.parent / "fixtures"
SEED = FIXTURES / "linux" / "seed_host" / "netstat.txt"
DAMAGED = "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd\ntcp 0 0 oops\n"


def run(*arguments: str, text: str | bytes = b"", width: int = 100) -> Result:
    """Run the command in this process; what it does not catch is raised."""
    environment = {"COLUMNS": str(width), "NO_COLOR": None}
    result = CliRunner().invoke(app, arguments, input=text, env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def refused(*arguments: str, text: str | bytes = b"") -> str:
    """Run what has to be refused with status 2 and one sentence; return the sentence."""
    result = run(*arguments, text=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    return result.stderr


def run_program(
    *arguments: str,
    text: bytes = b"",
    env: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a program of its own."""
    return subprocess.run(
        [sys.executable, "-m", "netstat_fw", *arguments],
        input=text,
        capture_output=True,
        check=False,
        env=env,
    )
