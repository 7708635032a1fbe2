"""Log: that a rule logs the packets it decides, and how often."""

from __future__ import annotations

import attrs

from netstat_fw.errors import RulesetError
from netstat_fw.ranges import POSITIVE
from netstat_fw.ruleset.names import NAME, check_name
from netstat_fw.ruleset.terms import LogInterval


def _check_count(_instance: object, field: attrs.Attribute[int], value: int) -> None:
    if value < 1:
        raise RulesetError(f"{field.name} of a log rate is 1 or more, not {value}")


@attrs.frozen
class LogRate:
    """At most how often a rule logs.

    Attributes:
        count: messages per interval, 1 or more.
        interval: the unit of time.
        burst: messages that may come at once before the rate holds, 1 or more.
    """

    count: int = attrs.field(validator=_check_count, metadata=POSITIVE)
    interval: LogInterval = LogInterval.MINUTE
    burst: int = attrs.field(default=5, validator=_check_count, metadata=POSITIVE)


@attrs.frozen
class Log:
    """That a rule logs the packets it decides.

    Attributes:
        prefix: text before each message; targets cut it (iptables after 29 bytes).
        rate: None for every packet. The rate limits the messages, never the rule's action.
    """

    prefix: str = attrs.field(default="netstat-fw", validator=check_name, metadata=NAME)
    rate: LogRate | None = LogRate(10)
