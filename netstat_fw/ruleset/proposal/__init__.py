"""Proposal: findings and a policy become a ruleset.

`propose` is a function of what it is given and of nothing else; the order of the findings leaves no
trace. Order of the rules: base rules, ways in of administrators who were seen, explicit drops, what
is accepted, the default drop.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.findings import Basis, Risk
from netstat_fw.evidence import ProcessCheck, Question, Reason
from netstat_fw.ruleset.base import base_rules
from netstat_fw.ruleset.model import Chain, Ruleset
from netstat_fw.ruleset.policy import Policy
from netstat_fw.ruleset.proposal.incoming import judge_exposure
from netstat_fw.ruleset.proposal.naming import name_services
from netstat_fw.ruleset.proposal.outgoing import judge_connection
from netstat_fw.ruleset.proposal.parts import Part, arrange
from netstat_fw.ruleset.proposal.remarks import remark
from netstat_fw.ruleset.proposal.treatment import Treatment
from netstat_fw.ruleset.proposal.writing import keep_sessions, write_verdict
from netstat_fw.ruleset.rule import Rule
from netstat_fw.ruleset.terms import Action

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from netstat_fw.analyzers.findings import Exposure, Findings, Hazard
    from netstat_fw.ruleset.proposal.verdicts import Verdict

    Key: TypeAlias = tuple[object, ...]

_DEFAULT_POLICY = Policy()


def propose(findings: Findings, policy: Policy = _DEFAULT_POLICY) -> Ruleset:
    """Propose the firewall that fits the findings.

    Args:
        findings: what `analyze` found.
        policy: what the operator wants; balanced where nothing is said.
    """
    dangers = {
        _key(hazard.exposure): hazard
        for hazard in sorted(findings.hazards, key=lambda hazard: hazard.code, reverse=True)
        if hazard.risk is Risk.CRITICAL and hazard.exposure is not None
    }
    exposures = _judge_all(findings.exposures, policy, dangers)
    incoming = [write_verdict(exposure, verdict) for exposure, verdict in exposures]
    incoming += [keep_sessions(exposure) for exposure in findings.exposures]
    outgoing = [
        write_verdict(each, judge_connection(each, policy)) for each in findings.connections
    ]
    inside, outside, services = name_services(_rules(incoming, policy), _rules(outgoing, policy))
    parts = (*incoming, *outgoing)
    return Ruleset(
        Chain(Action.DROP, inside),
        Chain(Action.DROP, outside),
        services=services,
        questions=_questions((*findings.questions, *(q for part in parts for q in part.questions))),
        caveats=_caveats((*remark(findings), *(c for part in parts for c in part.caveats))),
        process_checks=_process_checks(findings, exposures),
    )


def _judge_all(
    exposures: Iterable[Exposure], policy: Policy, dangers: dict[Key, Hazard]
) -> list[tuple[Exposure, Verdict]]:
    """Judge exposures; companions last, because they follow the port that suggests them."""
    judged = []
    parents: dict[Key, list[Verdict]] = {}
    companions = []
    for exposure in exposures:
        if exposure.basis is Basis.COMPANION:
            companions.append(exposure)
            continue
        verdict = judge_exposure(exposure, policy, dangers.get(_key(exposure)))
        judged.append((exposure, verdict))
        parents.setdefault((exposure.port, exposure.scope), []).append(verdict)
    for exposure in companions:
        verdict = judge_exposure(exposure, policy, dangers.get(_key(exposure)))
        followed = parents.get((exposure.companion_of, exposure.scope), [])
        judged.append((exposure, _following(verdict, followed)))
    return judged


def _following(verdict: Verdict, parents: list[Verdict]) -> Verdict:
    """Let in to a companion port whom the port that suggests it lets in, and nobody else."""
    if not verdict.treatment.accepts or not parents:
        return verdict
    remotes = [parent.remote for parent in parents if parent.treatment.accepts]
    if not remotes:
        return attrs.evolve(verdict, treatment=Treatment.OFF)
    named = [remote for remote in remotes if remote is not None]
    if len(named) < len(remotes):
        return verdict
    return attrs.evolve(verdict, remote=functools.reduce(operator.or_, named))


def _rules(parts: Iterable[Part], policy: Policy) -> tuple[Rule, ...]:
    rules = (*base_rules(), *arrange(placed for part in parts for placed in part.rules))
    if policy.log_dropped is None:
        return rules
    return (*rules, Rule(action=Action.DROP, log=policy.log_dropped, reasons=(_LOGGED,)))


def _key(exposure: Exposure | None) -> Key:
    """Name an exposure by what makes it one of its kind."""
    if exposure is None:
        return ()
    return exposure.protocol, exposure.port, exposure.port_end, exposure.scope


def _questions(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Sort questions; one that several findings raise is asked once and cites all their lines."""
    merged: dict[Question, Question] = {}
    for question in questions:
        known = merged.get(question, question)
        evidence = tuple(sorted({*known.evidence, *question.evidence}))
        merged[question] = attrs.evolve(known, evidence=evidence)
    return tuple(sorted(merged.values(), key=lambda q: (q.code, q.subject, q.sentence)))


def _caveats(caveats: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(set(caveats), key=lambda reason: (reason.code, reason.sentence)))


def _process_checks(
    findings: Findings, judged: Iterable[tuple[Exposure, Verdict]]
) -> tuple[ProcessCheck, ...]:
    """Say which programs may answer on the ports that are opened, and on no others."""
    known = {(check.protocol, check.port): check.programs for check in findings.process_checks}
    programs: dict[tuple[str, int], set[str]] = {}
    for exposure, verdict in judged:
        if verdict.treatment.accepts and exposure.port_end is None:
            key = exposure.protocol.value, exposure.port
            programs.setdefault(key, set(known.get(key, ()))).update(exposure.programs)
    return tuple(
        ProcessCheck(protocol, port, tuple(sorted(names)))
        for (protocol, port), names in sorted(programs.items())
    )


_LOGGED = Reason("LOG_DROPPED", "what nothing above accepts, logged", "B9")
