"""Wording: the few pieces that all sentences are made of.

Sentences are plain ASCII. The only captured text in them is a name that went through `safe_name`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netstat_fw.records import Family

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.records import Protocol

_UNSAFE = re.compile(r"[^A-Za-z0-9._+@-]")
_LONGEST_NAME = 32
_MOST_NAMES = 3
_FAMILY_NAMES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


def safe_name(name: str | None) -> str | None:
    r"""Return a captured name that can mean nothing but itself; None where nothing is left.

    Every character but ASCII letters, digits and ``._+@-`` becomes an underscore, and the name ends
    after 32 characters: who runs a program chooses its name.

    >>> safe_name('a";accept;#'), safe_name("\x1b[2K"), safe_name("\u202e")
    ('a__accept__', '__2K', '_')
    """
    return None if not name else _UNSAFE.sub("_", name)[:_LONGEST_NAME]


def who(programs: Sequence[str]) -> str:
    """Name programs, at most three of them.

    >>> who(["httpd", "nginx"]), who([])
    ('httpd and nginx', 'a program')
    """
    if len(programs) > _MOST_NAMES:
        return f"{', '.join(programs[:_MOST_NAMES])} and others"
    return " and ".join(programs) or "a program"


def doing(programs: Sequence[str], verb: str) -> str:
    """Begin a sentence with what programs do.

    >>> doing(["httpd"], "listen"), doing(["httpd", "nginx"], "listen")
    ('httpd listens', 'httpd and nginx listen')
    """
    return f"{who(programs)} {verb}{'' if len(programs) > 1 else 's'}"


def port_text(protocol: Protocol, port: int) -> str:
    """Write a port as ``tcp/22``."""
    return f"{protocol.value}/{port}"


def family_text(families: Iterable[Family]) -> str:
    """Write families as ``IPv4 and IPv6``."""
    return " and ".join(_FAMILY_NAMES[family] for family in families)
