"""Alike: what differs in nothing but its port, put together so that a person reads it once.

This is for the eye alone: rules and questions stay what they are, each with its own id or key, and
whoever asks for all of them gets each by itself. Few that are alike are left apart, as a list of
ports says less than the rows do.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

import attrs

from netstat_fw.cells import is_named, write_cells, write_lines, write_programs
from netstat_fw.diagnostics import printable
from netstat_fw.ruleset.phrasing import service_ports
from netstat_fw.ruleset.sets import PortSet, shown_range
from netstat_fw.ruleset.terms import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.analyzers.findings import Hazard
    from netstat_fw.cells import Cells, Programs
    from netstat_fw.evidence import Evidence, Question
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.terms import Direction

FEWEST = 4
"""So many are told together; fewer are told apart."""
_MOST_RANGES = 6
_SUBJECT = re.compile(r"(?P<protocol>[a-z]+)/(?P<port>[0-9]{1,5})")


def join_rows(rules: Iterable[Rule], programs: Programs) -> list[Cells]:
    """Write rules of one chain in words, those that are alike as one, where the first of them is.

    Only rules of one action that no other action stands between are put together, so that the
    order of what is shown decides as the chain does. What is accepted under a name that people know
    stays apart: each is a decision of its own.
    """
    placed: dict[int, Cells] = {}
    for _, run in groupby(enumerate(rules), key=lambda numbered: numbered[1].action):
        groups: dict[object, dict[int, Rule]] = {}
        for position, rule in run:
            placed[position] = cells = write_cells(rule, programs)
            kind = _kind(rule, cells, programs.direction)
            groups.setdefault(kind, {})[position] = rule
        for group in groups.values():
            if len(group) >= FEWEST:
                first, *others = group
                placed[first] = _one_row([*group.values()], placed[first], programs)
                for position in others:
                    del placed[position]
    return [*placed.values()]


def _kind(rule: Rule, cells: Cells, direction: Direction) -> object:
    """Say what rules must have in common; a rule that stays apart has it with itself alone."""
    ports = service_ports(rule, direction)
    is_known = rule.action is Action.ACCEPT and is_named(rule, direction)
    if ports is None or rule.protocol is None or is_known:
        return rule.id
    why = _without(cells.why, f"{rule.protocol.value}/{ports}")
    return rule.protocol, cells.remote, cells.confidence, why


def _one_row(group: Sequence[Rule], cells: Cells, programs: Programs) -> Cells:
    direction = programs.direction
    protocol = "" if group[0].protocol is None else group[0].protocol.value
    sets = [ports for rule in group if (ports := service_ports(rule, direction)) is not None]
    names = sorted({name for rule in group for name in programs.of(rule)})
    return attrs.evolve(
        cells,
        service=f"{protocol}/{_listed(PortSet(pair for each in sets for pair in each.ranges))}",
        programs=printable(write_programs(names)),
        why=_without(cells.why, f"{protocol}/{sets[0]}"),
        lines=printable(_lines(each for rule in group for each in rule.evidence)),
    )


def join_questions(questions: Sequence[Question]) -> list[tuple[Question, ...]]:
    """Put together the questions that are alike, each group where its first question is."""
    groups: dict[object, list[Question]] = {}
    kinds: list[object] = []
    for question in questions:
        match = _SUBJECT.fullmatch(question.subject)
        protocol = match and match["protocol"]
        asked = _without(question.sentence, question.subject) if match else question.sentence
        kinds.append((question.code, protocol, asked))
        groups.setdefault(kinds[-1], []).append(question)
    joined: list[tuple[Question, ...]] = []
    for question, kind in zip(questions, kinds, strict=True):
        group = groups[kind]
        if len(group) < FEWEST:
            joined.append((question,))
        elif question is group[0]:
            joined.append(tuple(group))
    return joined


def join_hazards(hazards: Iterable[Hazard]) -> list[tuple[Hazard, str]]:
    """Put together dangers that differ in nothing but the port, however few.

    Each comes with all that it is about, such as ``tcp/3306, tcp/5432``; empty for the whole host.
    """
    groups: dict[object, list[Hazard]] = {}
    for hazard in hazards:
        groups.setdefault((hazard.risk, hazard.advice, hazard.code), []).append(hazard)
    return [(group[0], _subjects(group)) for group in groups.values()]


def _subjects(hazards: Iterable[Hazard]) -> str:
    exposures = [each.exposure for each in hazards if each.exposure is not None]
    return ", ".join(dict.fromkeys(f"{each.protocol.value}/{each.port}" for each in exposures))


def ask_together(questions: Sequence[Question]) -> str:
    """Write one question, or several that are alike as one."""
    first = questions[0]
    if len(questions) == 1:
        return first.sentence
    return _without(first.sentence, first.subject)


def name_together(questions: Sequence[Question]) -> str:
    """Name one question, or several that are alike: code and subjects.

    >>> from netstat_fw.evidence import Question
    >>> name_together([Question("Q_A", "?", f"tcp/{port}") for port in (7, 9, 10, 11)])
    'Q_A for each of tcp/7,9-11'
    """
    first = questions[0]
    if len(questions) == 1:
        return f"{first.code} {first.subject}".rstrip()
    subjects = [each.subject.partition("/") for each in questions]
    ports = PortSet(int(port) for _, _, port in subjects)
    return f"{first.code} for each of {subjects[0][0]}/{_listed(ports)}"


def lines_together(questions: Iterable[Question]) -> str:
    """Write the lines that raise one question, or several."""
    return _lines(each for question in questions for each in question.evidence)


def _lines(evidence: Iterable[Evidence]) -> str:
    return write_lines(sorted(set(evidence), key=lambda each: (each.capture, each.line)))


def _without(sentence: str, subject: str) -> str:
    """Let a sentence speak of any port: ``tcp/22 is open`` becomes ``tcp/... is open``."""
    protocol = subject.partition("/")[0]
    return re.sub(rf"{re.escape(subject)}(?![0-9,-])", f"{protocol}/...", sentence)


def _listed(ports: PortSet) -> str:
    shown = ",".join(shown_range(*pair) for pair in ports.ranges[:_MOST_RANGES])
    more = sum(last - first + 1 for first, last in ports.ranges[_MOST_RANGES:])
    return f"{shown} and {more} more" if more else shown
