r"""Fleet: captures of many hosts, on any engine, to what they say together.

>>> from netstat_fw.fleet import survey
>>> listens = "tcp 0 0 0.0.0.0:5432 0.0.0.0:* LISTEN 7/postgres\n"
>>> fleet = survey([
...     ("web", None, "tcp 0 0 192.0.2.1:40000 192.0.2.2:5432 ESTABLISHED 9/app"),
...     ("db", None, listens + "tcp 0 0 192.0.2.2:5432 192.0.2.1:40000 ESTABLISHED 7/postgres"),
... ])
>>> [str(edge) for edge in fleet.edges]
['web -> db tcp/5432 (both ends)']
"""

from netstat_fw.fleet.capture import HostCapture, host_name
from netstat_fw.fleet.changes import GroupChange, HostChange
from netstat_fw.fleet.columns import DATASETS, SCHEMA
from netstat_fw.fleet.dossier import CaptureNote, Dossier, merge_dossiers
from netstat_fw.fleet.examination import examine
from netstat_fw.fleet.groups import Group, Member, Outlier, find_outliers, group_hosts
from netstat_fw.fleet.matching import HostView, match_hosts
from netstat_fw.fleet.meaning import meaning_of
from netstat_fw.fleet.packing import PACKING, merge_packed, pack, unpack
from netstat_fw.fleet.report import (
    Found,
    HostRemotes,
    HostReport,
    report_host,
    report_remotes,
)
from netstat_fw.fleet.result import Fleet, survey
from netstat_fw.fleet.stages import Progress, Run, Summary, collect, relate, summarize
from netstat_fw.fleet.store import Examined, MemoryStore, Store

__all__ = [
    "DATASETS",
    "PACKING",
    "SCHEMA",
    "CaptureNote",
    "Dossier",
    "Examined",
    "Fleet",
    "Found",
    "Group",
    "GroupChange",
    "HostCapture",
    "HostChange",
    "HostRemotes",
    "HostReport",
    "HostView",
    "Member",
    "MemoryStore",
    "Outlier",
    "Progress",
    "Run",
    "Store",
    "Summary",
    "collect",
    "examine",
    "find_outliers",
    "group_hosts",
    "host_name",
    "match_hosts",
    "meaning_of",
    "merge_dossiers",
    "merge_packed",
    "pack",
    "relate",
    "report_host",
    "report_remotes",
    "summarize",
    "survey",
    "unpack",
]
