"""The command ``netstat-fw``: the only place that reads files, prints or ends the process.

It is thin: each subcommand calls the library and shows what it gave. Results go to standard output,
everything said about them to standard error.
"""

from __future__ import annotations

import gc
import io
import sys

_OBJECTS_BETWEEN_SEARCHES = 100_000
_MISSING = """\
netstat-fw: the command needs {name}, which is not installed.
Install it with:  pip install 'netstat-fw[cli]'
The library itself works without it:  python -c 'import netstat_fw'
"""


def main() -> None:
    """Run the command; end the process with status 0, 1 or 2.

    0: done. 1: done, but the input had rows that could not be read, or a check failed. 2: wrong
    call or unusable input.
    """
    if sys.stdout is None:  # the shell's >&-
        sys.stderr.write("netstat-fw: standard output is closed: send it to a file or a program\n")
        sys.exit(2)
    _write_anything(sys.stdout)
    # A tenth of a short run went into looking for cycles among modules, which stay for good.
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)
    try:
        from netstat_fw.cli.group import app  # noqa: PLC0415 - the extra may be missing

        app(prog_name="netstat-fw")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in {"click", "rich"}:
            raise
        sys.stderr.write(_MISSING.format(name=error.name))
        sys.exit(2)


def _write_anything(stream: object) -> None:
    """Let what the encoding of a stream lacks be written as an escape instead of raising."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
