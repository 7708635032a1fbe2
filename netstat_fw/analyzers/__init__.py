"""Analyzers: from a capture to findings.

`analyze` is pure: the same capture gives the same findings, whatever the order of its rows and
however often they repeat. It is also the one place that knows in which order the analyzers run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.checklist import check_outlook
from netstat_fw.analyzers.connections import file_connections
from netstat_fw.analyzers.covers import cover, sessions
from netstat_fw.analyzers.datagrams import file_datagrams
from netstat_fw.analyzers.exposure import shut_ports, tcp_servers
from netstat_fw.analyzers.findings import Findings
from netstat_fw.analyzers.flows import (
    Flows,
    make_connections,
    make_exposures,
    make_questions,
    with_sessions,
)
from netstat_fw.analyzers.hazards import find_hazards
from netstat_fw.analyzers.host import describe
from netstat_fw.analyzers.listeners import judge_listeners, place_listeners
from netstat_fw.analyzers.merging import merge
from netstat_fw.analyzers.others import file_others
from netstat_fw.analyzers.outlook import expect_dns, suggest_companions
from netstat_fw.analyzers.presentation import (
    check_processes,
    open_questions,
    sort_connections,
    sort_datagrams,
    sort_exposures,
    sort_questions,
)
from netstat_fw.analyzers.rows import survey
from netstat_fw.analyzers.verdicts import account, key_of
from netstat_fw.construct import without_cycle_search
from netstat_fw.services import builtin_catalog

if TYPE_CHECKING:
    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Survey
    from netstat_fw.records import Capture
    from netstat_fw.services import ServiceCatalog


def analyze(
    capture: Capture,
    *,
    services: ServiceCatalog | None = None,
    ephemeral: tuple[int, int] | None = None,
    name: str = "",
) -> Findings:
    """Work out what a capture means for the firewall of its host.

    Args:
        capture: what was captured, as `parse` returns it.
        services: the port names; the built-in catalog by default.
        ephemeral: first and last port that the host's kernel hands out to clients, such as
            ``net.ipv4.ip_local_port_range``; the platform's default by default.
        name: a name for the capture, for evidence where several are read.

    Raises:
        ValueError: `ephemeral` is reversed or leaves 1 to 65535.
    """
    catalog = builtin_catalog() if services is None else services
    with without_cycle_search():
        # By a call, so that all rows are gone again before the search goes on.
        return _survey_and_find(capture, catalog, ephemeral, name)


def _survey_and_find(
    capture: Capture, catalog: ServiceCatalog, ephemeral: tuple[int, int] | None, name: str
) -> Findings:
    rows = survey(capture, catalog)
    return _find(capture, rows, describe(capture, rows, catalog, ephemeral, name))


def _find(capture: Capture, rows: Survey, context: Context) -> Findings:
    """Run the analyzers in their order: what was captured, then what follows from it."""
    flows = Flows(listeners=context.host.listeners_captured)
    listening = place_listeners(rows.listeners, rows.homes, context)
    judge_listeners(rows.listeners, listening, flows)
    covers = cover(listening)
    file_connections(rows.streams, covers, shut_ports(listening), flows, context)
    datagrams = file_datagrams(rows.datagrams, tcp_servers(listening), flows, context)
    file_others(rows.others, flows)

    captured = merge(
        [
            *(each.exposure for each in (*listening, *datagrams.placed)),
            *make_exposures(flows, context),
        ]
    )
    traffic = sessions(covers) | sessions(datagrams.covers)
    captured = sort_exposures(
        with_sessions(each, traffic[key_of(each)], context) if key_of(each) in traffic else each
        for each in captured
    )
    observed = merge([*make_connections(flows, context), *datagrams.connections])
    checked = check_outlook(captured, observed, rows, context)

    exposures = sort_exposures((*captured, *suggest_companions(captured, context)))
    connections = sort_connections(merge([*observed, *expect_dns(captured), *checked.suggestions]))
    roles = sort_datagrams(datagrams.datagrams)
    asked = (*checked.questions, *make_questions(flows, context))
    questions = sort_questions((*asked, *open_questions(exposures, roles)))
    return Findings(
        context.host,
        exposures,
        connections,
        roles,
        questions,
        checked.answers,
        find_hazards(exposures, rows, context),
        check_processes(exposures),
        account(capture, flows.verdicts, (*exposures, *connections, *roles, *questions)),
    )
