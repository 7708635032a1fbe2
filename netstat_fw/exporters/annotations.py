"""Annotations: what the text targets say in comments, about a ruleset and about a rule.

Everything returned is safe to write as it is: it has been through `quoting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.exporters.quoting import comment_lines, plain
from netstat_fw.ruleset.phrasing import phrase_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.exporters.rendered import Omission
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule


_MOST_LINES = 6


def rule_comment(rule: Rule, limit: int) -> str:
    """Say which rule this is and why: id, service, captured lines, reason codes, a sentence.

    The sentence is the rule's comment, or its first reason.

    Args:
        rule: the rule.
        limit: bytes that the target keeps of a comment.
    """
    codes = ",".join(dict.fromkeys(reason.code for reason in rule.reasons))
    sentence = rule.comment or next((reason.sentence for reason in rule.reasons), "")
    parts = (rule.id, rule.service, cited_lines(rule), codes, sentence)
    return plain(" ".join(filter(None, parts)), limit)


def cited_lines(rule: Rule) -> str:
    """Name the captured lines that a rule rests on, the first few of many; empty for none.

    >>> from netstat_fw.evidence import Evidence
    >>> from netstat_fw.ruleset.rule import Rule
    >>> cited_lines(Rule(action="drop", evidence=[Evidence(3), Evidence(10)]))
    'lines 3,10'
    """
    lines = [str(evidence.line) for evidence in rule.evidence]
    if not lines:
        return ""
    more = f",+{len(lines) - _MOST_LINES}" if len(lines) > _MOST_LINES else ""
    return f"line{'s' * (len(lines) > 1)} {','.join(lines[:_MOST_LINES])}{more}"


def header_comments(
    ruleset: Ruleset, omissions: Iterable[Omission] = (), mark: str = "#"
) -> list[str]:
    """Write what a reader must know before loading the file, as whole-line comments.

    Caveats, what the target leaves out, open questions, and which programs should answer where.
    """
    lines = [f"{mark} Host firewall written by netstat-fw."]
    for title, remarks in _sections(ruleset, omissions):
        texts = list(remarks)
        if texts:
            lines += [mark, f"{mark} {title}:"]
            lines += [line for text in texts for line in comment_lines(f"- {text}", mark)]
    return lines


def say_omissions(ruleset: Ruleset, omissions: Iterable[Omission]) -> Iterator[str]:
    """Say what a target cannot hold, each once, with the rule in words beside its id."""
    for omission in dict.fromkeys(omissions):
        words = phrase_rules(ruleset, omission.rule)
        yield f"{words} ({omission.rule}): {omission.sentence}" if words else str(omission)


def _sections(
    ruleset: Ruleset, omissions: Iterable[Omission]
) -> Iterator[tuple[str, Iterable[str]]]:
    yield "Caveats", (f"{c.code}: {c.sentence}" for c in ruleset.caveats)
    yield "Left out, because this target cannot hold it", say_omissions(ruleset, omissions)
    yield (
        "Questions",
        (
            " ".join(filter(None, (q.code, q.subject))) + f": {q.sentence}"
            for q in ruleset.questions
        ),
    )
    yield (
        "Programs that should answer",
        (
            f"{p.protocol}/{p.port}: {', '.join(p.programs)}"
            for p in ruleset.process_checks
            if p.programs
        ),
    )
