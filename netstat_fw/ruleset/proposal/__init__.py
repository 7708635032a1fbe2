"""Proposal: findings and a policy become a ruleset.

`propose` is a function of what it is given and of nothing else; the order of the findings leaves no
trace. Order of the rules: base rules, ways in of administrators who were seen, the operator's
decisions, explicit drops, what is accepted, the default drop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.administration import is_proven
from netstat_fw.analyzers.findings import Exposure
from netstat_fw.construct import without_cycle_search
from netstat_fw.errors import LockOutError
from netstat_fw.evidence import Reason
from netstat_fw.ruleset.base import base_rules
from netstat_fw.ruleset.model import Chain, Ruleset
from netstat_fw.ruleset.policy import Policy
from netstat_fw.ruleset.proposal.checks import check_processes
from netstat_fw.ruleset.proposal.desk import Desk
from netstat_fw.ruleset.proposal.directions import propose_incoming, propose_outgoing
from netstat_fw.ruleset.proposal.lockout import is_open
from netstat_fw.ruleset.proposal.naming import name_services
from netstat_fw.ruleset.proposal.places import Place
from netstat_fw.ruleset.proposal.questions import open_questions
from netstat_fw.ruleset.proposal.remarks import list_subjects, remark_findings, remark_verdicts
from netstat_fw.ruleset.proposal.reports import report_decisions
from netstat_fw.ruleset.proposal.rulings import rule_on
from netstat_fw.ruleset.proposal.subjects import ways_that_count
from netstat_fw.ruleset.proposal.verdicts import Mark
from netstat_fw.ruleset.rule import Rule
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.ruleset.decisions.values import Decisions
    from netstat_fw.ruleset.proposal.desk import Side

_DEFAULT_POLICY = Policy()


def propose(findings: Findings, policy: Policy = _DEFAULT_POLICY) -> Ruleset:
    """Propose the firewall that fits the findings.

    Args:
        findings: what `analyze` found.
        policy: what the operator wants; balanced where nothing is said.

    Raises:
        LockOutError: where decisions close every way in for administrators, unless the policy
            allows it.
    """
    with without_cycle_search():
        return _proposed(findings, policy)


def _proposed(findings: Findings, policy: Policy) -> Ruleset:
    desk = Desk.of(policy, findings.host.dialect)
    inside, outside = propose_incoming(findings, desk), propose_outgoing(findings, desk)
    sides = (inside, outside)
    caveats = (
        *remark_findings(findings, inside.decided),
        *remark_verdicts(judged for side in sides for judged in side.judged),
        *report_decisions(findings, sides, desk),
        *_remark_ways_in(findings, inside, desk),
    )
    incoming, outgoing, services = name_services(_chain(inside, policy), _chain(outside, policy))
    exposures = [each for each, _ in inside.judged if isinstance(each, Exposure)]
    return Ruleset(
        Chain(Action.DROP, incoming),
        Chain(Action.DROP, outgoing),
        services=services,
        zones=desk.decisions.zones,
        questions=open_questions(findings, sides, desk),
        caveats=tuple(sorted(set(caveats), key=lambda caveat: (caveat.code, caveat.sentence))),
        process_checks=check_processes(findings, exposures, incoming),
    )


def _chain(side: Side, policy: Policy) -> tuple[Rule, ...]:
    rules = (*base_rules(), *(placed.rule for placed in side.placed))
    if policy.log_dropped is None:
        return rules
    return (
        *rules,
        Rule(
            action=Action.DROP,
            log=policy.log_dropped,
            comment=_LOGGED.sentence,
            reasons=(_LOGGED,),
        ),
    )


def _remark_ways_in(findings: Findings, inside: Side, desk: Desk) -> Iterator[Reason]:
    """Say how administrators come in.

    Raises:
        LockOutError: where they no longer do.
    """
    ways = ways_that_count(findings.exposures, desk.dialect)
    if not ways:
        yield _no_way_in(inside)
        return
    rules = [placed.rule for placed in inside.placed if placed.place is not Place.KEPT]
    own = findings.host.addresses
    left = [way for way in ways if is_open(way, rules, desk.zones, own, groups=False)]
    if left:
        closed = [way for way in ways if way not in left]
        if closed and not any(is_proven(way.port, desk.dialect) for way in left):
            yield Reason(
                "WAY_IN_CLAIMED",
                f"{list_subjects(closed)}: closed, and what is left of the ways in for"
                f" administrators, {list_subjects(left)}, is one by its program's name alone, which"
                " every user can choose",
                "B7",
            )
        return
    listed = list_subjects(ways)
    if any(is_open(way, rules, desk.zones, own, groups=True) for way in ways):
        yield Reason(
            "WAY_IN_BY_GROUP",
            f"{listed}: open to groups only, so a target that does not know them lets no"
            " administrator in",
        )
    elif not desk.decisions.choices and not desk.decisions.replies:
        # Nobody has closed it: no packet can come in by an address like that.
        yield _no_way_in(inside)
    elif desk.policy.allow_lockout:
        yield Reason("LOCKED_OUT", f"{listed}: closed by decision: administrators cannot come in")
    else:
        blamed = "; ".join(_blamed(ways, desk.decisions)) or desk.decisions.name
        raise LockOutError(
            f"{listed} would be closed, and with it every way in for administrators ({blamed});"
            " where that is meant, allow it explicitly (allow_lockout)"
        )


def _no_way_in(inside: Side) -> Reason:
    """Say that nothing was captured by which administrators could come in."""
    kept = any(Mark.ADMIN_KEPT_ALONE in verdict.marks for _, verdict in inside.judged)
    return Reason(
        "NO_WAY_IN",
        "no ssh, RDP or WinRM listener that others can reach is captured: this firewall lets no"
        f" administrator in from other machines{' but those who stay let in' if kept else ''}",
        "B7",
    )


def _blamed(ways: Iterable[Exposure], decisions: Decisions) -> Iterator[str]:
    """Name the choices about ways in, and those that keep out somebody altogether."""
    rulings = rule_on(ways, decisions.choices, Direction.INCOMING)
    turns = {match.turn for ruling in rulings for match in ruling.matches}
    for turn, choice in enumerate(decisions.choices):
        shuts = choice.direction is Direction.INCOMING and choice.action is not Action.ACCEPT
        if turn in turns or (choice.is_broad and shuts):
            yield f"{decisions.where(choice.line)}: {choice}"


_LOGGED = Reason("LOG_DROPPED", "what nothing above accepts, logged", "B9")
