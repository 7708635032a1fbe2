"""Rendered: what an exporter gives back.

An omission is something that the ruleset says and the target cannot. It may only make the target
stricter than the ruleset; where it would make it looser, the exporter raises `ExportError`.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - attrs.resolve_types needs it

import attrs

from netstat_fw.brief import brief


@attrs.frozen
class Omission:
    """Something that a target cannot hold.

    Attributes:
        rule: id of the rule it concerns; empty where it concerns the whole ruleset.
        sentence: what is missing and what follows, one sentence fragment.
    """

    rule: str
    sentence: str

    def __str__(self) -> str:
        """Write the omission for a reader."""
        return f"{self.rule}: {self.sentence}" if self.rule else self.sentence


@attrs.frozen
class Rendered:
    """A ruleset in the syntax of one target.

    Attributes:
        text: the whole output, ending in a line break; the first file where there are several.
        files: name to text, for targets that need several; otherwise one entry.
        omissions: what the target cannot hold; each makes it stricter than the ruleset.
    """

    text: str
    files: Mapping[str, str] = attrs.field(factory=dict)
    omissions: tuple[Omission, ...] = ()

    def __str__(self) -> str:
        """Give the text, which is what there is to read of it."""
        return self.text

    def __repr__(self) -> str:
        """Sum the rendering up."""
        return brief(
            self,
            files=tuple(self.files),
            characters=sum(map(len, self.files.values())) or len(self.text),
            omissions=len(self.omissions) or None,
        )
