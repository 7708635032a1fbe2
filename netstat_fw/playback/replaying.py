"""Replaying: a capture put to a ruleset before anybody loads it.

`replay` judges every socket, and says what the ruleset lets in that no socket speaks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers import analyze
from netstat_fw.playback.claims import Claims
from netstat_fw.playback.judgement import Judgement, Replay
from netstat_fw.playback.judging import Judge
from netstat_fw.playback.tightness import find_slack

if TYPE_CHECKING:
    from netstat_fw.playback.opening import Opening
    from netstat_fw.records import Capture
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.services import ServiceCatalog


def replay(
    ruleset: Ruleset,
    capture: Capture,
    *,
    services: ServiceCatalog | None = None,
    ephemeral: tuple[int, int] | None = None,
) -> Replay:
    """Judge every socket of a capture by a ruleset.

    Args:
        ruleset: the ruleset.
        capture: what was captured, as `parse` returns it.
        services: the port names, as for `analyze`.
        ephemeral: the client ports of the host, as for `analyze`.

    Raises:
        ValueError: `ephemeral` is reversed or leaves 1 to 65535.
    """
    findings = analyze(capture, services=services, ephemeral=ephemeral)
    claims = Claims(findings)
    judge = Judge(ruleset, findings.host.addresses)
    judgements = []
    openings: dict[Opening, None] = {}
    for socket, outcome in zip(capture.sockets, findings.outcomes, strict=True):
        claim = claims.of(socket, outcome)
        for reading in (*claim.readings, claim.helps):
            openings.update(dict.fromkeys(reading))
        standing, found = judge.weigh(claim)
        judged = Judgement(socket, standing, outcome.reason)
        if found is not None:
            judged = Judgement(
                socket, standing, outcome.reason, found.opening, found.flow, found.decision
            )
        judgements.append(judged)
    return Replay(tuple(judgements), *find_slack(ruleset, openings))
