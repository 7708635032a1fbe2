"""Observation: what several captures say together, of one host and of several."""

from netstat_fw.observation.edge import Edge, Proof
from netstat_fw.observation.history import HostHistory, merge, observe
from netstat_fw.observation.label import CaptureLabel, Seen
from netstat_fw.observation.matching import find_edges, shared_addresses
from netstat_fw.observation.remotes import NamedRemote, decide_remotes, name_remotes
from netstat_fw.observation.sighting import Sighting

__all__ = [
    "CaptureLabel",
    "Edge",
    "HostHistory",
    "NamedRemote",
    "Proof",
    "Seen",
    "Sighting",
    "decide_remotes",
    "find_edges",
    "merge",
    "name_remotes",
    "observe",
    "shared_addresses",
]
