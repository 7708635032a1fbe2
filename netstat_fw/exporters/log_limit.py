"""The limit match of iptables: what it makes of a log rate.

The kernel counts in periods of a ten-thousandth of a second and in credits of at most a day, so a
rate can be too fast for it, and a burst too long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.ruleset.terms import LogInterval

if TYPE_CHECKING:
    from netstat_fw.ruleset.log import LogRate

# XT_LIMIT_SCALE of linux/netfilter/xt_limit.h, times the seconds of the unit.
_UNITS = {
    LogInterval.DAY: ("day", 864_000_000),
    LogInterval.HOUR: ("hour", 36_000_000),
    LogInterval.MINUTE: ("min", 600_000),
    LogInterval.SECOND: ("sec", 10_000),
}
_LONGEST = 864_000_000
_HIGHEST_BURST = 10_000
_DEFAULT_BURST = 5


def limit_match(rate: LogRate) -> tuple[str, str]:
    """Return the match as iptables-save lists it, and what it logs less than asked, or nothing.

    >>> from netstat_fw.ruleset.log import LogRate
    >>> limit_match(LogRate(60))
    ('-m limit --limit 1/sec', '')
    >>> limit_match(LogRate(1, LogInterval.DAY))
    ('-m limit --limit 1/day --limit-burst 1', 'logs at most 1 message at once')
    """
    period = max(1, _UNITS[rate.interval][1] // rate.count)
    burst = min(rate.burst, _HIGHEST_BURST, _LONGEST // period)
    options = "" if burst == _DEFAULT_BURST else f" --limit-burst {burst}"
    less = []
    if rate.count > _UNITS[rate.interval][1]:
        less.append("logs at most 10000 messages per second")
    if burst < rate.burst:
        less.append(f"logs at most {burst} message{'s' if burst > 1 else ''} at once")
    return f"-m limit --limit {_shown(period)}{options}", ", ".join(less)


def _shown(period: int) -> str:
    """Write a period as iptables-save does: in the smallest unit in which it stays exact enough."""
    units = list(_UNITS.values())
    shown = units[0]
    for unit in units[1:]:
        size = unit[1]
        if period > size or size // period < size % period:
            break
        shown = unit
    return f"{shown[1] // period}/{shown[0]}"
