"""Citation: captured lines as evidence, sorted and each once.

All evidence of one analysis is about one capture, so lines alone tell it apart.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

from netstat_fw.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable


def cite(lines: Iterable[int], capture: str) -> tuple[Evidence, ...]:
    """Cite lines of a capture, in ascending order.

    >>> [evidence.line for evidence in cite([7, 3, 7], "")]
    [3, 7]
    """
    return tuple(map(Evidence, sorted(set(lines)), repeat(capture)))


def unite(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the same evidence sorted by line, each line once."""
    by_line = {each.line: each for each in evidence}
    return tuple([by_line[line] for line in sorted(by_line)])
