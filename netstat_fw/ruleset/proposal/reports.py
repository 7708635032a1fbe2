"""Reports: decisions that decide nothing, and those that do less than they may seem to.

A decision that matches nothing is a spelling mistake, or about a host that has changed; either way
the operator should hear of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.findings import Basis
from netstat_fw.analyzers.host import SYSTEM
from netstat_fw.diagnostics import printable
from netstat_fw.evidence import Reason
from netstat_fw.ruleset.decisions.values import question_key
from netstat_fw.ruleset.proposal.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.evidence import Question
    from netstat_fw.ruleset.decisions.values import Decisions, Reply
    from netstat_fw.ruleset.proposal.desk import Desk, Side


def report_decisions(findings: Findings, sides: Sequence[Side], desk: Desk) -> Iterator[Reason]:
    """Report on all decisions, in the order of their kinds.

    Args:
        findings: what was found.
        sides: what both directions come to.
        desk: what the operator wants.
    """
    decisions = desk.decisions
    yield from _report_choices(decisions, frozenset[int]().union(*(side.turns for side in sides)))
    yield from _report_names(sides, decisions)
    yield from _report_replies(findings, sides, decisions)
    yield from _report_companions(findings, decisions)
    given, used = decisions.ephemeral, findings.host.ephemeral
    if given is not None and given != (used.low, used.high):
        sentence = (
            f"{decisions.name}: the findings were made for client ports {used.low}-{used.high}:"
            f" give the range {given[0]}-{given[1]} to analyze"
        )
        yield Reason("EPHEMERAL_NOT_USED", sentence)


def _report_choices(decisions: Decisions, turns: frozenset[int]) -> Iterator[Reason]:
    for turn, choice in enumerate(decisions.choices):
        # No capture shows everything of somebody, or packets of a protocol without ports.
        findable = not choice.is_broad and all(each.ports is not None for each in choice.ports)
        if turn not in turns and findable:
            named = choice.program is not None or choice.service is not None
            end = "it makes no rule" if named else "its rule rests on the decision alone"
            what = "nothing that others reach" if choice.opens_by_name else "nothing"
            yield _unmatched(decisions, choice.line, f"{choice}: {what} was found of it, so {end}")


def _report_names(sides: Iterable[Side], decisions: Decisions) -> Iterator[Reason]:
    """Warn of what is let in by a name that every user can give a program."""
    opened: dict[int, set[str]] = {}
    for placed in (each for side in sides for each in side.placed):
        rule = placed.rule
        decided = placed.place is Place.DECIDED and decisions.choices[placed.turn].opens_by_name
        if (
            decided
            and rule.protocol
            and rule.local_ports
            and rule.local_ports.ranges[-1][1] >= SYSTEM
        ):
            opened.setdefault(placed.turn, set()).add(f"{rule.protocol.value}/{rule.local_ports}")
    for turn, ports in opened.items():
        choice = decisions.choices[turn]
        sentence = (
            f"{choice}: every user can give a program this name, and it lets in on"
            f" {', '.join(sorted(ports))}: name the ports to be sure"
        )
        yield _remark(decisions, choice.line, "DECIDED_BY_NAME", sentence)


def _report_replies(
    findings: Findings, sides: Iterable[Side], decisions: Decisions
) -> Iterator[Reason]:
    if not decisions.replies:
        return
    asked = [*findings.questions]
    asked += [role.question for role in findings.datagrams if role.question is not None]
    answered: list[Question] = []
    for side in sides:
        asked += side.settled
        for finding, verdict in side.judged:
            asked += verdict.questions if finding.question is None else (finding.question,)
            answered += verdict.answered
    known = _names(asked) | {answer.code for answer in findings.answers}
    opening = _names(answered)
    for reply in decisions.replies:
        if reply.question not in known | opening:
            yield _unmatched(decisions, reply.line, f"{reply.question} answers no question")
        elif reply.value is True and reply.question not in opening:
            yield _remark(
                decisions,
                reply.line,
                "ANSWER_OPENS_NOTHING",
                f"the yes to {reply.question} is noted, but only a rule of your own can open what"
                " it is about",
            )
        elif reply.value is True:
            yield from _report_general(reply, answered, decisions)


def _report_general(
    reply: Reply, answered: Iterable[Question], decisions: Decisions
) -> Iterator[Reason]:
    """Tell what a yes opens that names no subject: more in the next capture, maybe."""
    singled = {each.question for each in decisions.replies}
    subjects = {
        each.subject
        for each in answered
        if each.code == reply.question and each.subject and question_key(each) not in singled
    }
    if subjects:
        sentence = (
            f"the yes to {reply.question} is one to all such questions, those of later captures"
            f" too; here it opens {', '.join(sorted(subjects))}: answer by subject to be sure"
        )
        yield _remark(decisions, reply.line, "ANSWER_TO_ALL", sentence)


def _report_companions(findings: Findings, decisions: Decisions) -> Iterator[Reason]:
    bound = {
        (each.protocol, each.port)
        for each in findings.exposures
        if each.basis is not Basis.COMPANION
    }
    for own in decisions.companions:
        parent = f"{own.protocol.value}/{own.port}"
        if (own.protocol, own.port) not in bound:
            yield _unmatched(decisions, own.line, f"nothing was found on {parent}")
        for companion in own.companions:
            if companion in bound:
                text = f"{companion[0].value}/{companion[1]}"
                yield _remark(
                    decisions,
                    own.line,
                    "COMPANION_FOUND",
                    f"{text} is no mere companion of {parent}: something was found on it, so"
                    " decide it under [[incoming]]",
                )


def _names(questions: Iterable[Question]) -> set[str]:
    """Name questions as answers may: with their subjects, and without."""
    return {name for question in questions for name in (question.code, question_key(question))}


def _unmatched(decisions: Decisions, line: int, sentence: str) -> Reason:
    return _remark(decisions, line, "DECISION_UNMATCHED", sentence)


def _remark(decisions: Decisions, line: int, code: str, sentence: str) -> Reason:
    return Reason(code, printable(f"{decisions.where(line)}: {sentence}"))
