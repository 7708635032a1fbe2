"""Page: everything that the report shows, as values that the template only has to lay out.

Captured text reaches these values through `printable`, so that no control character is left in
them; what it means to HTML is the template's concern, which escapes everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.alike import (
    ask_together,
    join_hazards,
    join_questions,
    lines_together,
    name_together,
)
from netstat_fw.analyzers.findings import Risk
from netstat_fw.cells import Cells, Programs, cut_lists, is_base, write_cells
from netstat_fw.diagnostics import printable
from netstat_fw.report.picture import Picture, draw
from netstat_fw.ruleset.decisions.toml_lines import write_key
from netstat_fw.ruleset.decisions.values import question_key
from netstat_fw.ruleset.proposal.remarks import open_hazards
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netstat_fw.analyzers.findings import Findings, Hazard
    from netstat_fw.evidence import Evidence, Question
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule

    Lines = Mapping[str, Sequence[str]]

# A rule of a busy server may rest on thousands of lines; so many are enough to believe it.
_MOST_CITED = 40
_WIDEST_LINE = 400


@attrs.frozen
class CitedLine:
    """A captured line.

    Attributes:
        number: 1-based.
        capture: name of its capture; empty where there is one only.
        text: the line, printable.
    """

    number: int
    capture: str
    text: str


@attrs.frozen
class Row:
    """A rule of a table.

    Attributes:
        position: in its chain, from 1.
        id: of the rule.
        cells: the rule in words.
        remote: what its other side begins with where that is a long list, otherwise all of it.
        level: ``danger``, ``warning``, ``open``, ``limited`` or ``closed``.
        enabled: it is in force.
        reasons: all that is known of why, a sentence each.
        cited: the first captured lines that it rests on.
        uncited: how many more there are.
    """

    position: int
    id: str
    cells: Cells
    remote: str
    level: str
    enabled: bool
    reasons: tuple[str, ...]
    cited: tuple[CitedLine, ...]
    uncited: int


@attrs.frozen
class Section:
    """One chain.

    Attributes:
        direction: ``incoming`` or ``outgoing``.
        default: what happens to everything else.
        rows: the rules that are about this host.
        base: the rules that every host needs.
    """

    direction: str
    default: str
    rows: tuple[Row, ...]
    base: tuple[Row, ...]


@attrs.frozen
class Asked:
    """A question, or several that are alike.

    Attributes:
        sentence: the question.
        code: its code and subject, or subjects.
        snippet: what to put into the decisions file to answer it.
        lines: the captured lines that raise it; empty where knowledge alone does.
    """

    sentence: str
    code: str
    snippet: str
    lines: str


@attrs.frozen
class Danger:
    """A hazard: how bad, at which ports, what to do, and its code."""

    risk: str
    subject: str
    advice: str
    code: str


@attrs.frozen
class Page:
    """The whole report.

    Attributes:
        title: its heading.
        platform: whose netstat it was.
        addresses: the host's own.
        captures: what was read: name and number of lines.
        picture: the host, who may come in, and where it goes out.
        sections: incoming, outgoing.
        asked: open questions.
        dangers: hazards, worst first.
        caveats: what was assumed.
        unproven: what the capture cannot prove.
    """

    title: str
    platform: str
    addresses: tuple[str, ...]
    captures: tuple[tuple[str, int], ...]
    picture: Picture
    sections: tuple[Section, ...]
    asked: tuple[Asked, ...]
    dangers: tuple[Danger, ...]
    caveats: tuple[str, ...]
    unproven: tuple[str, ...]


def compose(findings: Findings, ruleset: Ruleset, lines: Lines, title: str) -> Page:
    """Say everything that the report shows; see `netstat_fw.report.rendering.write_report`."""
    sections = tuple(_section(each, findings, ruleset, lines) for each in Direction)
    incoming, outgoing = (section.rows for section in sections)
    told = {hazard.code for hazard in findings.hazards}
    told |= {f"UNPROVEN_{fact.code}" for fact in findings.host.fitness}
    return Page(
        title=printable(title),
        platform=_PLATFORMS[findings.host.dialect.value],
        addresses=tuple(str(address) for address in findings.host.addresses),
        captures=tuple((printable(name), len(text)) for name, text in lines.items()),
        picture=draw(incoming, outgoing),
        sections=sections,
        asked=tuple(map(_asked, join_questions(ruleset.questions))),
        dangers=tuple(_danger(*each) for each in join_hazards(open_hazards(findings, ruleset))),
        caveats=tuple(printable(c.sentence) for c in ruleset.caveats if c.code not in told),
        unproven=tuple(printable(f.sentence) for f in findings.host.fitness if not f.proven),
    )


def _section(direction: Direction, findings: Findings, ruleset: Ruleset, lines: Lines) -> Section:
    chain = ruleset.chain(direction)
    risks = _risks(findings.hazards) if direction is Direction.INCOMING else {}
    programs = Programs(direction, findings)
    written = [
        (is_base(rule), _row(position, rule, write_cells(rule, programs), risks, lines))
        for position, rule in chain.numbered()
    ]
    return Section(
        direction.value,
        _PAST[chain.default],
        tuple(row for base, row in written if not base),
        tuple(row for base, row in written if base),
    )


def _row(
    position: int, rule: Rule, cells: Cells, risks: Mapping[tuple[object, int], Risk], lines: Lines
) -> Row:
    cited = tuple(_cited(rule.evidence[:_MOST_CITED], lines))
    return Row(
        position=position,
        id=rule.id,
        cells=cells,
        remote=cut_lists(cells.remote),
        level=_level(rule, risks),
        enabled=rule.enabled,
        reasons=tuple(printable(reason.sentence) for reason in rule.reasons),
        cited=cited,
        uncited=len(rule.evidence) - len(cited),
    )


def _level(rule: Rule, risks: Mapping[tuple[object, int], Risk]) -> str:
    """Tell how far a rule opens the host."""
    if rule.action is not Action.ACCEPT or not rule.enabled:
        return "closed"
    if rule.remote is not None:
        return "limited"
    ports = rule.local_ports
    worst = [risk for (protocol, port), risk in risks.items()
             if protocol is rule.protocol and ports is not None and port in ports]  # fmt: skip
    if Risk.CRITICAL in worst:
        return "danger"
    return "warning" if Risk.WARNING in worst else "open"


def _risks(hazards: Iterable[Hazard]) -> dict[tuple[object, int], Risk]:
    """Find the worst risk of each port; hazards come worst first."""
    found: dict[tuple[object, int], Risk] = {}
    for hazard in hazards:
        if hazard.exposure is not None:
            found.setdefault((hazard.exposure.protocol, hazard.exposure.port), hazard.risk)
    return found


def _cited(evidence: Iterable[Evidence], lines: Lines) -> Iterable[CitedLine]:
    for each in evidence:
        text = lines.get(each.capture, ())
        if 0 < each.line <= len(text):
            shown = printable(text[each.line - 1].expandtabs().rstrip())
            yield CitedLine(each.line, printable(each.capture), shown[:_WIDEST_LINE])


def _asked(questions: Sequence[Question]) -> Asked:
    entries = (f"{write_key(question_key(each))} = true  # or false\n" for each in questions)
    return Asked(
        printable(ask_together(questions)),
        printable(name_together(questions)),
        f"[answers]\n{''.join(entries)}",
        printable(lines_together(questions)),
    )


def _danger(hazard: Hazard, subjects: str) -> Danger:
    return Danger(hazard.risk.value, subjects, printable(hazard.advice), hazard.code)


_PAST = {Action.ACCEPT: "accepted", Action.DROP: "dropped", Action.REJECT: "rejected"}
_PLATFORMS = {"linux": "Linux", "windows": "Windows", "bsd": "macOS or BSD"}
