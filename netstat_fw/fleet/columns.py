"""Columns: the stable schema of a fleet's datasets.

Columns are only ever added, at the end of a dataset; `SCHEMA` counts up when one is. Those of the
sockets are the columns of a capture, behind the three that tell the capture.
"""

from __future__ import annotations

from netstat_fw.columns import COLUMNS, Kind

SCHEMA = 2

_T, _L, _N, _P = Kind.TEXT, Kind.TEXTS, Kind.INTEGER, Kind.PORT
_B, _D = Kind.BOOLEAN, Kind.TIME
_TRAFFIC = {"protocol": _T, "port": _P}

DATASETS: dict[str, dict[str, Kind]] = {
    "hosts": {
        "host": _T,
        "captures": _N,
        "readable": _N,
        "first": _D,
        "last": _D,
        "addresses": _L,
        "meaning": _T,
        "exposes": _L,
        "problem": _T,
    },
    "captures": {
        "host": _T,
        "capture": _T,
        "time": _D,
        "dialect": _T,
        "sockets": _N,
        "errors": _N,
        "problem": _T,
    },
    "sockets": {
        "host": _T,
        "capture": _T,
        "time": _D,
        **{column.name: column.kind for column in COLUMNS},
    },
    "findings": {
        "host": _T,
        "kind": _T,
        **_TRAFFIC,
        "port_end": _P,
        "families": _L,
        "scope": _T,
        "stance": _T,
        "basis": _T,
        "role": _T,
        "service": _T,
        "programs": _L,
        "addresses": _L,
        "peers": _L,
        "confidence": _T,
        "code": _T,
        "sentence": _T,
        "seen": _N,
        "captures": _N,
        "first": _D,
        "last": _D,
        "evidence": _L,
    },
    "rules": {
        "host": _T,
        "proposal": _T,
        "direction": _T,
        "position": _N,
        "id": _T,
        "action": _T,
        "protocol": _T,
        "local": _T,
        "local_ports": _T,
        "remote": _T,
        "remote_ports": _T,
        "remote_addresses": _L,
        "icmp_types": _L,
        "families": _L,
        "interface": _T,
        "states": _L,
        "hop_limit": _N,
        "service": _T,
        "enabled": _B,
        "confidence": _T,
        "reason": _T,
        "sentence": _T,
        "evidence": _L,
    },
    "edges": {
        "client": _T,
        "server": _T,
        **_TRAFFIC,
        "proof": _T,
        "confirmed": _B,
        "client_addresses": _L,
        "server_addresses": _L,
        "client_evidence": _L,
        "server_evidence": _L,
    },
    "groups": {"group": _T, "size": _N, "host": _T, "group_name": _T},
    "outliers": {"host": _T, "exposes": _L, "group": _T, "peers": _N, "group_name": _T},
    "changes": {"host": _T, "time": _D, "before": _D, "subject": _T, "appeared": _B},
    "group_changes": {
        "group": _T,
        "subject": _T,
        "appeared": _B,
        "hosts": _L,
        "first": _D,
        "last": _D,
    },
}
