"""Ranges: metadata of fields of whole numbers, which plain data is held to when it is read.

Each is what `netstat_fw.plain` looks for: ``minimum`` and, where there is one, ``maximum``.
"""

from __future__ import annotations

COUNT = {"minimum": 0}
POSITIVE = {"minimum": 1}
PORT = {"minimum": 1, "maximum": 65535}
