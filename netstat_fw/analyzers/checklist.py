"""Checklist: outgoing traffic that one capture is unlikely to show and the operator should name.

Every item is asked, or answered by what the capture shows, or left out because nothing on the host
speaks for it. A yes to an open question would add what the item suggests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.checklist_items import ITEMS
from netstat_fw.analyzers.citation import unite
from netstat_fw.analyzers.findings import Answer, Basis, Connection, Scope
from netstat_fw.analyzers.spans import BOTH
from netstat_fw.evidence import Confidence, Evidence, Question, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netstat_fw.analyzers.checklist_items import Item, Port
    from netstat_fw.analyzers.findings import Exposure
    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Survey


@attrs.frozen
class Checked:
    """What came of the checklist.

    Attributes:
        questions: the items that are open.
        answers: the items that the capture seems to answer.
        suggestions: what a yes to the open questions would add.
    """

    questions: tuple[Question, ...]
    answers: tuple[Answer, ...]
    suggestions: tuple[Connection, ...]


def check_outlook(
    exposures: Sequence[Exposure],
    connections: Sequence[Connection],
    rows: Survey,
    context: Context,
) -> Checked:
    """Go through the checklist.

    Args:
        exposures: what the capture shows of incoming traffic.
        connections: what it shows of outgoing traffic.
        rows: all sockets.
        context: the host.
    """
    questions: list[Question] = []
    answers: list[Answer] = []
    suggestions: list[Connection] = []
    seen = frozenset((each.protocol, each.remote_port) for each in connections)
    reachable = _by_port(each for each in exposures if each.scope is not Scope.LOOPBACK)
    answered = _by_port(each for each in connections if not each.unanswered)
    bound = _by_port(exposures)
    for item in ITEMS:
        if item.dialect not in {None, context.host.dialect}:
            continue
        answering = _matching(rows.programs, item.answered_by)
        proof = unite(
            [
                *_cited(reachable, item.answered_in),
                *_cited(answered, item.answered_out),
                *_lines(rows, answering, context),
            ]
        )
        if proof:
            answers.append(Answer(item.code, item.answer, proof))
            continue
        raising = _matching(rows.programs, item.programs)
        raised = unite([*_cited(bound, item.ports), *_lines(rows, raising, context)])
        if not (raised or item.always) or not item.unless.isdisjoint(bound):
            continue
        question = Question(item.code, item.sentence, evidence=raised)
        questions.append(question)
        suggestions += _suggestions(item, question, seen, context)
    return Checked(tuple(questions), tuple(answers), tuple(suggestions))


def _matching(known: Iterable[str], beginnings: tuple[str, ...]) -> frozenset[str]:
    """Find the programs whose names begin in one of some ways."""
    if not beginnings:
        return frozenset()
    return frozenset(program for program in known if program.lower().startswith(beginnings))


def _lines(rows: Survey, programs: frozenset[str], context: Context) -> tuple[Evidence, ...]:
    if not programs:
        return ()
    return context.cite(row for row in rows.everything if row.program in programs)


def _by_port(findings: Iterable[Exposure | Connection]) -> dict[Port, list[Evidence]]:
    """Index the lines of findings by local ports of exposures and remote ones of connections."""
    index: dict[Port, list[Evidence]] = {}
    for finding in findings:
        port = finding.remote_port if isinstance(finding, Connection) else finding.port
        index.setdefault((finding.protocol, port), []).extend(finding.evidence)
    return index


def _cited(index: dict[Port, list[Evidence]], ports: frozenset[Port]) -> Iterator[Evidence]:
    """Find the lines of what uses some ports."""
    for port in ports:
        yield from index.get(port, ())


def _suggestions(
    item: Item, question: Question, seen: frozenset[Port], context: Context
) -> Iterator[Connection]:
    for protocol, port in item.suggests:
        if (protocol, port) not in seen:
            yield Connection(
                protocol,
                port,
                BOTH,
                basis=Basis.CHECKLIST,
                service=context.services.name_of(port, protocol.value),
                question=question,
                confidence=Confidence.SUGGESTED,
                reasons=(Reason("CHECKLIST", item.sentence, item.row),),
            )
