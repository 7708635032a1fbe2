"""Reports: what a host's captures come to, and what its place among other hosts adds.

Pure, host by host, so that reports of many hosts are made anywhere and in any order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.findings import Findings, Scope
from netstat_fw.brief import brief
from netstat_fw.construct import without_cycle_search
from netstat_fw.diagnostics import printable
from netstat_fw.errors import NetstatFwError
from netstat_fw.fleet.changes import HostChange, changes_of
from netstat_fw.fleet.dossier import CaptureNote, Dossier  # noqa: TC001 - attrs.resolve_types
from netstat_fw.fleet.groups import Member
from netstat_fw.fleet.meaning import meaning_of
from netstat_fw.observation import Edge, NamedRemote, Seen, decide_remotes, name_remotes
from netstat_fw.observation.identity import Finding, identity_of
from netstat_fw.ruleset.model import Ruleset  # noqa: TC001 - attrs.resolve_types needs it
from netstat_fw.ruleset.policy import Policy
from netstat_fw.ruleset.proposal import propose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netstat_fw.observation import HostHistory

_POLICY = Policy()


@attrs.frozen
class Found:
    """A finding, and how often it was seen.

    Attributes:
        finding: one of the merged findings.
        seen: in how many of the host's captures, and when.
    """

    finding: Finding
    seen: Seen


@attrs.frozen
class HostReport:
    """What the captures of one host come to.

    Attributes:
        host: its name.
        notes: what became of its captures, sorted by time and key.
        findings: the merged findings; None where no capture could be read.
        found: each of them with how often it was seen.
        ruleset: the firewall proposed for it; None where there is none.
        meaning: what the firewall means; None where there is none.
        changes: what came and went, in order of time.
        problem: why there is no firewall; None where there is one.
    """

    host: str
    notes: tuple[CaptureNote, ...]
    findings: Findings | None = None
    found: tuple[Found, ...] = ()
    ruleset: Ruleset | None = None
    meaning: str | None = None
    changes: tuple[HostChange, ...] = ()
    problem: str | None = None

    @property
    def member(self) -> Member | None:
        """What grouping needs to know; None for a host without a firewall."""
        if self.meaning is None:
            return None
        return Member(self.host, self.meaning, self.exposes, self.changes)

    @property
    def exposes(self) -> tuple[str, ...]:
        """Ports that others may reach as captured, such as ``tcp/443``, sorted."""
        exposures = () if self.findings is None else self.findings.exposures
        return tuple(
            f"{protocol.value}/{port}"
            for protocol, port in sorted(
                {
                    (e.protocol, e.port)
                    for e in exposures
                    if e.evidence and e.scope is not Scope.LOOPBACK
                },
                key=lambda pair: (pair[0].value, pair[1]),
            )
        )

    def __repr__(self) -> str:
        """Sum the report up."""
        return brief(
            self,
            host=self.host,
            captures=len(self.notes),
            exposes=self.exposes,
            changes=len(self.changes),
            problem=self.problem,
        )


@attrs.frozen
class HostRemotes:
    """Who is at the other side of a host's services, and the firewall that lets in only those.

    Attributes:
        host: its name.
        remotes: services whose other side is known, with the hosts that it is.
        ruleset: the proposed firewall with those hosts as remote sides, where everybody at the
            other side is known and has an address; None where nothing follows from that.
        problem: why there is no such firewall; None where there is one or nothing follows.
    """

    host: str
    remotes: tuple[NamedRemote, ...]
    ruleset: Ruleset | None = None
    problem: str | None = None


def report_host(dossier: Dossier, policy: Policy = _POLICY) -> HostReport:
    """Make the report of one host."""
    history = dossier.history
    if history is None:
        problem = "none of its captures could be read"
        return HostReport(dossier.host, dossier.notes, problem=problem)
    with without_cycle_search():
        findings = history.findings
        report = HostReport(
            dossier.host,
            dossier.notes,
            findings,
            _found(findings, history),
            changes=changes_of(dossier),
        )
        try:
            ruleset = propose(findings, policy)
        except NetstatFwError as error:
            return attrs.evolve(report, problem=printable(str(error)))
        meaning = meaning_of(ruleset, findings.host.addresses)
    return attrs.evolve(report, ruleset=ruleset, meaning=meaning)


def report_remotes(
    dossier: Dossier, edges: Sequence[Edge], policy: Policy = _POLICY
) -> HostRemotes:
    """Work out what the edges of one host mean for its firewall.

    Args:
        dossier: what is known of the host.
        edges: all edges that the host is an end of, and no others.
        policy: what the operator wants; decisions in it come first.
    """
    if dossier.history is None:
        return HostRemotes(dossier.host, ())
    findings = dossier.history.findings
    others = {end for edge in edges for end in (edge.client, edge.server)}
    # Of the others, only the names matter to what is said of this host.
    nothing = Findings(findings.host)
    named = name_remotes({**dict.fromkeys(others, nothing), dossier.host: findings}, edges)
    remotes = named[dossier.host]
    try:
        found = decide_remotes(remotes)
        if not found.choices:
            return HostRemotes(dossier.host, remotes)
        own = policy.decisions
        decisions = attrs.evolve(
            own, zones=(*own.zones, *found.zones), choices=(*own.choices, *found.choices)
        )
        ruleset = propose(findings, attrs.evolve(policy, decisions=decisions))
    except NetstatFwError as error:
        return HostRemotes(dossier.host, remotes, problem=printable(str(error)))
    return HostRemotes(dossier.host, remotes, ruleset)


def _found(findings: Findings, history: HostHistory) -> tuple[Found, ...]:
    labels = {each.identity: each.captures for each in history.sightings}
    total = len(history.captures)
    every: list[Finding] = [
        *findings.exposures,
        *findings.connections,
        *findings.datagrams,
        *findings.hazards,
        *findings.questions,
        *findings.answers,
    ]
    # What follows from the merged findings alone was in no single capture.
    return tuple(Found(each, Seen.of(labels.get(identity_of(each), ()), total)) for each in every)
