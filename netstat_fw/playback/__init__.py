"""Playback: what a ruleset would do to the traffic of a capture."""

from netstat_fw.playback.judgement import Judgement, Replay, Standing
from netstat_fw.playback.opening import Opening
from netstat_fw.playback.replaying import replay

__all__ = ["Judgement", "Opening", "Replay", "Standing", "replay"]
