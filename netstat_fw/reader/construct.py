"""The reader's way of making records: see `netstat_fw.construct`."""

from __future__ import annotations

from netstat_fw.construct import constructor, without_cycle_search

__all__ = ["constructor", "without_cycle_search"]
