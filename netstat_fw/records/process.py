"""Process: the holder of a socket.

A name is text that the program itself chose; it is kept as captured, and read with suspicion.
"""

from __future__ import annotations

import re
from typing import ClassVar

import attrs

from netstat_fw.ranges import COUNT

# A Windows program: its file name may hold blanks, but no colon, which only a path begins with.
_WINDOWS_PROGRAM = re.compile(r"(?:[A-Za-z]:)?(?:[^:]*[\\/])?([^:\\/]+\.exe)", re.IGNORECASE)


@attrs.frozen
class Process:
    """Who holds a socket, as far as the capture says.

    Attributes:
        pid: process id.
        name: program name as captured: cut short on Linux, and chosen by the program itself.
        service: short name of the Windows service that owns the socket.
        components: the Windows XP component stack, top first.
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("program",)

    pid: int | None = attrs.field(default=None, metadata=COUNT)
    name: str | None = None
    service: str | None = None
    components: tuple[str, ...] = ()

    @property
    def program(self) -> str | None:
        """The program's bare name: no path, no title after a colon or blank, no login dash.

        A name with the extension of a Windows program is a file name as a whole, blanks and all.

        >>> Process(1, "sshd: /usr/sb").program, Process(2, "a/b/relative").program
        ('sshd', 'relative')
        >>> Process(3, "-bash").program, Process(4, "[kworker/0:1]").program
        ('bash', '[kworker/0:1]')
        >>> Process(5, "NVIDIA Web Helper.exe").program
        'NVIDIA Web Helper.exe'
        """
        if self.name is None:
            return None
        title = self.name.strip()
        windows = _WINDOWS_PROGRAM.fullmatch(title)
        if windows is not None:
            return windows[1]
        if title.startswith("[") and "]" in title:
            return title[: title.index("]") + 1]
        first = re.split(r"[:\s]", title, maxsplit=1)[0]
        return first.rpartition("/")[2].lstrip("-").strip("()\"'") or None
