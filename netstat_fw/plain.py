"""Captures as plain data: dicts, lists, texts and numbers, ready for JSON.

Field names are those of the records. What the capture does not show is null; addresses are text in
their canonical form; enumerations are their words.
"""

from __future__ import annotations

import enum
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from cattrs import Converter

from netstat_fw.records import Capture  # noqa: TC001 - part of the signature

SCHEMA_VERSION = 1


def capture_to_dict(capture: Capture) -> dict[str, Any]:
    """Turn a capture into plain data, with its ``schema_version``.

    >>> from netstat_fw import parse
    >>> data = capture_to_dict(parse("tcp 0 0 192.0.2.1:22 0.0.0.0:* LISTEN 416/sshd"))
    >>> data["sockets"][0]["local"]["address"], data["sockets"][0]["state"]
    ('192.0.2.1', 'LISTEN')
    """
    plain: dict[str, Any] = _CONVERTER.unstructure(capture)
    for socket, record in zip(plain["sockets"], capture.sockets, strict=True):
        if record.process is not None:
            socket["process"]["program"] = record.process.program
    return {"schema_version": SCHEMA_VERSION, **plain}


def _make_converter() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook(IPv4Address, str)
    converter.register_unstructure_hook(IPv6Address, str)
    # A record's address is one of the two or None.
    converter.register_unstructure_hook(
        IPv4Address | IPv6Address | None, lambda value: None if value is None else str(value)
    )
    converter.register_unstructure_hook_func(
        lambda kind: isinstance(kind, type) and issubclass(kind, enum.Enum),
        lambda member: member.value,
    )
    return converter


_CONVERTER = _make_converter()
