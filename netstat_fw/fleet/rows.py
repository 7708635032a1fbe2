"""Rows: the results of a fleet as flat plain data, by the datasets of `netstat_fw.fleet.columns`.

Every row has every column of its dataset. Addresses are text, times are UTC, enumerations are their
words, and None is what is not known or does not apply. Captured names are data here: whoever shows
them escapes them.
"""

from __future__ import annotations

import json
from datetime import datetime
from enum import Enum
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from netstat_fw.columns import Kind, encodable, texts_of
from netstat_fw.evidence import Evidence
from netstat_fw.fleet.columns import DATASETS
from netstat_fw.ruleset.rule import RemoteReference
from netstat_fw.ruleset.terms import Direction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from netstat_fw.fleet.capture import HostCapture
    from netstat_fw.fleet.groups import Group, Outlier
    from netstat_fw.fleet.report import Found, HostRemotes, HostReport
    from netstat_fw.observation import Edge
    from netstat_fw.records import Capture
    from netstat_fw.ruleset.model import Ruleset

Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = dict[str, list[Row]]
"""Rows by the dataset that they are of."""


def write_row(row: Row) -> str:
    """Write a row as one line of JSON, in ASCII, without a newline.

    Bytes that were no text are written as escapes of their own: DuckDB and Arrow refuse surrogates.
    """
    text = _encode(row)
    if "\\ud" in text:
        return _encode({name: encodable(cell) for name, cell in row.items()})
    return text


def write_rows(rows: Rows) -> dict[str, bytes]:
    """Write rows as lines of JSON, by dataset."""
    return {
        dataset: "".join(f"{write_row(row)}\n" for row in some).encode("ascii")
        for dataset, some in rows.items()
    }


def socket_lines(capture: HostCapture, read: Capture) -> bytes:
    """Write the row of each internet socket of a capture as lines of JSON.

    What sockets share is written once: so it takes a third of the time.
    """
    label = write_row({"host": capture.host, "capture": capture.key, "time": capture.time})[:-1]
    texts = texts_of(read.sockets, _write_cell)
    return "".join([f"{label},{text}}}\n" for text in texts]).encode("ascii")


def report_rows(report: HostReport) -> Rows:
    """Return what is told of one host: hosts, captures, findings, rules and changes."""
    ruleset = report.ruleset
    times = [note.time for note in report.notes if note.time is not None]
    host = _row(
        "hosts",
        report,
        captures=len(report.notes),
        readable=sum(note.problem is None for note in report.notes),
        first=min(times, default=None),
        last=max(times, default=None),
        addresses=() if report.findings is None else report.findings.host.addresses,
    )
    label = {"host": report.host}
    return {
        "hosts": [host],
        "captures": [_row("captures", note, **label, capture=note.key) for note in report.notes],
        "findings": [_finding(report.host, found) for found in report.found],
        "rules": [] if ruleset is None else list(_rules(report.host, "captures", ruleset)),
        "changes": [_row("changes", change, **label) for change in report.changes],
    }


def remotes_rows(remotes: HostRemotes) -> Rows:
    """Return the rules of one host whose remote sides are other hosts."""
    if remotes.ruleset is None:
        return {"rules": []}
    return {"rules": list(_rules(remotes.host, "edges", remotes.ruleset))}


def edge_rows(edges: Iterable[Edge]) -> Rows:
    """Return a row for each edge."""
    return {"edges": [_row("edges", each, confirmed=each.is_confirmed) for each in edges]}


def group_rows(groups: Iterable[Group], outliers: Iterable[Outlier]) -> Rows:
    """Return a row for each host of a group, each change of a group and each outlier."""
    rows: Rows = {"groups": [], "group_changes": []}
    for group in groups:
        label = {"group": group.id}
        whole = {**label, "size": len(group.hosts), "group_name": group.name}
        rows["groups"] += [_row("groups", None, **whole, host=host) for host in group.hosts]
        rows["group_changes"] += [_row("group_changes", each, **label) for each in group.changes]
    rows["outliers"] = [_row("outliers", each) for each in outliers]
    return rows


def _write_cell(name: str, cell: object) -> str:
    """Write a column as `write_row` does."""
    if type(cell) is str:
        text = encode_basestring_ascii(cell)
        return f'"{name}":{text}' if "\\ud" not in text else write_row({name: cell})[1:-1]
    if cell is None or isinstance(cell, bool):
        return f'"{name}":{_CONSTANTS[cell]}'
    return f'"{name}":{cell!r}'


def _row(dataset: str, value: object, **given: object) -> Row:
    """Take every column from what is given, else from the attribute of its name, else None."""
    kinds = DATASETS[dataset]
    row: Row = dict.fromkeys(kinds)
    for name in _shared(dataset, type(value)):
        row[name] = getattr(value, name)
    row.update(given)
    for name, kind in _WRITTEN[dataset]:
        cell = row[name]
        if kind is Kind.TEXTS:
            row[name] = [_text(each) for each in cell or ()]
        elif cell is not None:
            row[name] = _text(cell)
    return row


def _shared(dataset: str, kind: type) -> tuple[str, ...]:
    """Return the columns that values of a class have attributes for."""
    key = dataset, kind
    if key not in _SHARED:
        _SHARED[key] = tuple(name for name in DATASETS[dataset] if hasattr(kind, name))
    return _SHARED[key]


def _text(value: object) -> str:
    """Write an enumeration as its word, a cited line with its capture, all else as it is read."""
    kind = type(value)
    if kind not in _WRITERS:
        _WRITERS[kind] = attrgetter("_value_") if issubclass(kind, Enum) else str
    return _WRITERS[kind](value)


def _cited(evidence: Evidence) -> str:
    return f"{evidence.capture}:{evidence.line}"


def _finding(host: str, found: Found) -> Row:
    finding, seen = found.finding, found.seen
    reason = next(iter(getattr(finding, "reasons", ())), None)
    named = {
        "port": getattr(finding, "port", getattr(finding, "remote_port", None)),
        "code": getattr(finding, "code", None if reason is None else reason.code),
        "sentence": getattr(finding, "sentence", getattr(finding, "advice", None)),
    }
    if reason is not None:
        named["sentence"] = reason.sentence
    return _row(
        "findings",
        finding,
        **named,
        host=host,
        kind=type(finding).__name__.lower(),
        seen=seen.count,
        captures=seen.total,
        first=seen.first,
        last=seen.last,
    )


def _rules(host: str, proposal: str, ruleset: Ruleset) -> Iterator[Row]:
    for direction in Direction:
        for position, rule in ruleset.chain(direction).numbered():
            reason = rule.reasons[0] if rule.reasons else None
            named = isinstance(rule.remote, RemoteReference)
            yield _row(
                "rules",
                rule,
                host=host,
                proposal=proposal,
                direction=direction,
                position=position,
                remote_addresses=ruleset.resolve(rule) if named else (rule.remote or ()),
                reason=None if reason is None else reason.code,
                sentence=None if reason is None else reason.sentence,
            )


_encode = json.JSONEncoder(separators=(",", ":"), default=datetime.isoformat).encode
_CONSTANTS = {None: "null", True: "true", False: "false"}
_WRITERS: dict[type, Callable[[Any], str]] = {Evidence: _cited}
_SHARED: dict[tuple[str, type], tuple[str, ...]] = {}
_WRITTEN = {
    dataset: tuple((name, kind) for name, kind in kinds.items() if kind in {Kind.TEXT, Kind.TEXTS})
    for dataset, kinds in DATASETS.items()
}
"""The columns whose cells are written as text, by dataset."""
