"""Limits: how much an archive may unpack to before it is taken for one made to do harm.

Captured tables shrink to a seventh or a thirtieth when they are packed. Nothing is refused for its
ratio before it has unpacked to the grace.
"""

from __future__ import annotations

import attrs

from netstat_fw.errors import FleetError

_MEBI = 1 << 20


@attrs.frozen(kw_only=True)
class Limits:
    """What is read of one file, archive or line.

    Attributes:
        capture: largest text of a capture, bytes.
        unpacked: most that one archive may unpack to, bytes, whether it is read or passed over.
        ratio: most unpacked bytes for each packed one, beyond the grace.
        grace: bytes that any archive may unpack to.
    """

    capture: int = attrs.field(default=64 * _MEBI, validator=attrs.validators.ge(1))
    unpacked: int = attrs.field(default=65536 * _MEBI, validator=attrs.validators.ge(1))
    ratio: int = attrs.field(default=250, validator=attrs.validators.ge(1))
    grace: int = attrs.field(default=64 * _MEBI, validator=attrs.validators.ge(0))

    def check_archive(self, packed: int, unpacked: int) -> None:
        """Check what was unpacked of an archive so far.

        Args:
            packed: bytes read of it.
            unpacked: bytes that these became.

        Raises:
            FleetError: for too much of it.
        """
        if unpacked > self.unpacked:
            raise FleetError(f"unpacks to more than {_shown(self.unpacked)}")
        if unpacked > self.grace and unpacked > self.ratio * packed:
            raise FleetError(f"unpacks to more than {self.ratio} times its size")

    def check_capture(self, size: int) -> None:
        """Check the size of one captured text.

        Raises:
            FleetError: for too large a one.
        """
        if size > self.capture:
            raise FleetError(f"larger than {_shown(self.capture)}")


def _shown(size: int) -> str:
    return f"{size // _MEBI} MiB" if size >= _MEBI else f"{size} bytes"
