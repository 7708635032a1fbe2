"""Observation: what several captures say together, of one host and of several."""

from netstat_fw.observation.history import HostHistory, merge, observe
from netstat_fw.observation.label import CaptureLabel, Seen
from netstat_fw.observation.sighting import Sighting

__all__ = ["CaptureLabel", "HostHistory", "Seen", "Sighting", "merge", "observe"]
