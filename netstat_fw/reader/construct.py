"""The reader's way of making records: see `netstat_fw.construct`."""

from __future__ import annotations

from netstat_fw.construct import unfrozen, without_cycle_search

__all__ = ["unfrozen", "without_cycle_search"]
