"""Fleets by hand: hosts, changes, groups, outliers, edges and what follows from them."""

from __future__ import annotations

import json
import zlib
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from fleet_captures import BROKEN, listening, night
from whole import whole

from netstat_fw.analyzers.findings import Exposure
from netstat_fw.columns import Kind
from netstat_fw.errors import FleetError
from netstat_fw.evidence import Evidence
from netstat_fw.fleet import (
    DATASETS,
    PACKING,
    Fleet,
    HostCapture,
    HostChange,
    HostRemotes,
    Member,
    Progress,
    Run,
    examination,
    examine,
    group_hosts,
    meaning,
    meaning_of,
    merge_dossiers,
    pack,
    report_remotes,
    survey,
    unpack,
)
from netstat_fw.fleet.changes import changes_of
from netstat_fw.fleet.rows import write_row
from netstat_fw.protocol import Protocol
from netstat_fw.ruleset import (
    Action,
    Chain,
    Choice,
    Decisions,
    Direction,
    Policy,
    PortChoice,
    PortSet,
    Ruleset,
)

if TYPE_CHECKING:
    from netstat_fw.fleet import HostReport

DB = listening(5432, address="192.0.2.2")
CONNECTED = "\ntcp 0 0 192.0.2.2:5432 192.0.2.1:40000 ESTABLISHED 7/postgres"
APP = listening() + "\ntcp 0 0 192.0.2.1:40000 192.0.2.2:5432 ESTABLISHED 9/app"


def rows_of(fleet: Fleet) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a fleet by dataset, as JSON has them."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for line in fleet.json_lines():
        row = json.loads(line)
        rows.setdefault(row.pop("dataset"), []).append(row)
    return rows


def report_of(*texts: str) -> HostReport:
    """Report one host that was captured night by night."""
    [report] = survey([("h", night(n), text) for n, text in enumerate(texts)]).reports
    return report


def test_a_host_has_what_its_captures_show_together() -> None:
    report = report_of(listening(443), listening(443, 8080), listening(443))
    seen = {
        found.finding.port: str(found.seen)
        for found in report.found
        if isinstance(found.finding, Exposure) and found.finding.evidence
    }
    assert seen == {
        22: "in 3 of 3 captures, 2026-01-01 to 2026-01-03",
        443: "in 3 of 3 captures, 2026-01-01 to 2026-01-03",
        8080: "in 1 of 3 captures, on 2026-01-02",
    }
    assert report.exposes == ("tcp/22", "tcp/443", "tcp/8080")
    assert [str(change) for change in report.changes] == [
        (
            "incoming tcp/8080 appeared between 2026-01-01T00:00:00+00:00"
            " and 2026-01-02T00:00:00+00:00"
        ),
        (
            "incoming tcp/8080 is gone between 2026-01-02T00:00:00+00:00"
            " and 2026-01-03T00:00:00+00:00"
        ),
    ]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_capture_is_a_note(text: str | bytes) -> None:
    fleet = survey([("h", None, text), ("h", None, listening()), ("i", None, text)])
    good, bad = fleet.reports
    assert [note.problem is None for note in good.notes].count(False) == 1
    assert good.ruleset is not None
    assert good.problem is None
    assert bad.problem == "none of its captures could be read"
    assert bad.notes[0].problem
    assert bad.notes[0].problem.isprintable()
    assert [group.hosts for group in fleet.groups] == [("h",)]
    assert {row["host"]: row["readable"] for row in rows_of(fleet)["hosts"]} == {"h": 1, "i": 0}


def test_a_fault_of_the_library_is_a_note_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError("too deep\x1b")

    monkeypatch.setattr(examination, "analyze", fail)
    [note] = examine(HostCapture("h", None, listening())).notes
    assert note.problem == "RecursionError: too deep\\x1b"


def test_rows_that_cannot_be_read_are_counted() -> None:
    [note] = examine(HostCapture("h", None, listening() + "\ntcp 0 0 :: x")).notes
    assert (note.sockets, note.errors, note.problem) == (1, 1, None)


def test_a_policy_that_cannot_be_followed_is_a_problem_of_its_host() -> None:
    shut = Choice(
        direction=Direction.INCOMING,
        action=Action.DROP,
        ports=(PortChoice(Protocol.TCP, PortSet([22])),),
    )
    run = Run(policy=Policy(decisions=Decisions(choices=(shut,))))
    web, ssh = survey(
        [("ssh", None, listening()), ("db", None, "tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 1/x")], run
    ).reports
    assert web.problem is None
    assert ssh.ruleset is None
    assert ssh.problem is not None
    assert "every way in" in ssh.problem


def test_only_captures_that_can_show_a_thing_say_that_it_is_gone() -> None:
    connected = "tcp 0 0 192.0.2.1:443 198.51.100.7:50000 ESTABLISHED 443/server443"
    report = report_of(listening(443), connected, listening(443), "no capture", listening(443))
    assert report.changes == ()


def test_captures_of_one_moment_show_together_what_is_there() -> None:
    texts = (listening(80), listening(443), listening(25))
    parts = [("web1", night(day), text) for day in range(3) for text in texts[: 3 - day]]
    [report] = survey(parts).reports
    assert [(c.subject, c.appeared, c.before, c.time) for c in report.changes] == [
        ("incoming tcp/25", False, night(0), night(1)),
        ("incoming tcp/443", False, night(1), night(2)),
    ]


def test_datagram_services_come_and_go_among_captures_with_datagrams() -> None:
    ntp = "udp 0 0 0.0.0.0:123 0.0.0.0:* 5/ntpd"
    report = report_of(
        listening(), listening() + "\n" + ntp, "udp 0 0 0.0.0.0:514 0.0.0.0:* 5/syslogd"
    )
    subjects = [(change.subject, change.appeared) for change in report.changes]
    assert ("incoming udp/514", True) in subjects
    # The first night could not have shown it.
    assert ("incoming udp/123", True) not in subjects


def test_of_clients_only_the_first_and_the_last_time_count() -> None:
    quiet = listening() + "\ntcp 0 0 192.0.2.1:22 198.51.100.7:50000 ESTABLISHED 22/server22"
    busy = quiet + "\ntcp 0 0 192.0.2.1:40000 198.51.100.8:9418 ESTABLISHED 9/git"
    report = report_of(quiet, busy, quiet, busy, quiet)
    assert [(c.subject, c.appeared, c.time) for c in report.changes] == [
        ("outgoing tcp/9418", True, night(1)),
        ("outgoing tcp/9418", False, night(4)),
    ]


def test_hosts_that_differ_in_their_own_addresses_only_are_one_group() -> None:
    fleet = survey((f"db{n}", None, listening(5432, address=f"192.0.2.{n}")) for n in range(1, 4))
    [group] = fleet.groups
    assert group.hosts == ("db1", "db2", "db3")


def test_which_of_its_addresses_a_host_serves_on_counts() -> None:
    one = "tcp 0 0 {0}:80 0.0.0.0:* LISTEN 1/a\ntcp 0 0 {1}:81 0.0.0.0:* LISTEN 1/a"
    fleet = survey(
        [
            ("a", None, one.format("192.0.2.1", "192.0.2.2")),
            ("b", None, one.format("192.0.2.3", "192.0.2.3")),
            ("c", None, one.format("192.0.2.8", "192.0.2.5")),
        ]
    )
    assert [group.hosts for group in fleet.groups] == [("a", "c"), ("b",)]


def test_an_outlier_exposes_what_hosts_like_it_do_not() -> None:
    usual = [(f"web{n}", night(0), listening(80, 443)) for n in range(3)]
    fleet = survey([*usual, ("odd", night(0), listening(80, 443, 6379, address="192.0.2.9"))])
    [outlier] = fleet.outliers
    assert (outlier.host, outlier.peers) == ("odd", 3)
    assert outlier.exposes == ("tcp/6379",)
    assert outlier.group == fleet.groups[0].id
    assert (
        outlier.group_name
        == fleet.groups[0].name
        == (f"tcp/22 tcp/80 tcp/443 · {outlier.group[:6]}")
    )


def test_a_group_is_called_by_the_first_ports_that_all_its_hosts_expose() -> None:
    members = [
        Member("a", "3f2a91c0d2e84b57", ("tcp/22", "tcp/25", "tcp/443", "tcp/587", "tcp/993")),
        Member("b", "3f2a91c0d2e84b57", ("tcp/22", "tcp/25", "tcp/443", "tcp/587")),
        Member("c", "0000000000000001"),
    ]
    names = [group.name for group in group_hosts(members)]
    assert names == ["tcp/22 tcp/25 tcp/443 (+1) · 3f2a91", "nothing · 000000"]


@pytest.mark.parametrize(
    ("odd", "found"),
    [
        ((80, 443, 9000, 9001), True),
        ((443, 9000), True),
        # Three things more, two things less, nothing more.
        ((80, 443, 9000, 9001, 9002), False),
        ((9000,), False),
        ((80,), False),
    ],
)
def test_how_far_an_outlier_may_be_from_the_others(odd: tuple[int, ...], found: bool) -> None:  # noqa: FBT001 - a case
    usual = [(f"web{n}", None, listening(80, 443)) for n in range(3)]
    fleet = survey([*usual, ("odd", None, listening(*odd))])
    assert bool(fleet.outliers) is found


def test_two_of_five_are_no_outliers() -> None:
    usual = [(f"web{n}", None, listening(80)) for n in range(3)]
    fleet = survey([*usual, *((f"api{n}", None, listening(80, 81)) for n in range(2))])
    assert fleet.outliers == ()


def test_a_group_tells_what_changed_on_its_hosts() -> None:
    fleet = survey(
        (f"web{n}", night(day), listening(80) if day < n else listening(80, 443))
        for n in (1, 2, 3)
        for day in range(4)
    )
    [group] = fleet.groups
    [change] = group.changes
    assert (change.subject, change.appeared) == ("incoming tcp/443", True)
    assert change.hosts == ("web1", "web2", "web3")
    assert (change.first, change.last) == (night(1), night(3))


def test_an_edge_becomes_rules_for_both_ends() -> None:
    fleet = survey([("app1", None, APP), ("db1", None, DB + CONNECTED)])
    assert [str(edge) for edge in fleet.edges] == ["app1 -> db1 tcp/5432 (both ends)"]
    rules = [
        (row["host"], row["direction"], row["remote"], row["remote_addresses"])
        for row in rows_of(fleet)["rules"]
        if row["proposal"] == "edges" and (row["remote"] or "").startswith("zone")
    ]
    assert rules == [
        ("app1", "outgoing", "zone db1", ["192.0.2.2/32"]),
        ("db1", "incoming", "zone app1", ["192.0.2.1/32"]),
    ]


def test_an_edge_nobody_can_decide_on_changes_no_rule() -> None:
    """Somebody else at the other side has no usable address."""
    hidden = CONNECTED.replace("192.0.2.1:40000", "host.exampl:5000")
    fleet = survey([("app1", None, APP), ("db1", None, DB + CONNECTED + hidden)])
    app, db = fleet.remotes
    assert app.ruleset is not None
    assert db.ruleset is None
    assert db.remotes[0].is_complete is False
    proposals = {(row["host"], row["proposal"]) for row in rows_of(fleet)["rules"]}
    assert proposals == {("app1", "captures"), ("app1", "edges"), ("db1", "captures")}


def test_rules_of_edges_that_cannot_be_are_a_problem_of_their_host() -> None:
    shut = Choice(
        direction=Direction.INCOMING,
        action=Action.DROP,
        ports=(PortChoice(Protocol.TCP, PortSet([22])),),
    )
    run = Run(policy=Policy(decisions=Decisions(choices=(shut,))))
    fleet = survey([("app1", None, APP), ("db1", None, DB + CONNECTED)], run)
    assert all("every way in" in (each.problem or "") for each in fleet.remotes)


def test_every_row_has_the_columns_of_its_dataset() -> None:
    fleet = survey([("app1", night(0), APP), ("app1", night(1), DB), ("db1", None, DB + CONNECTED)])
    rows = rows_of(fleet)
    assert {*rows} == {*DATASETS} - {"sockets", "outliers"}
    kinds = {
        Kind.TEXT: str,
        Kind.TEXTS: list,
        Kind.INTEGER: int,
        Kind.PORT: int,
        Kind.BOOLEAN: bool,
        Kind.TIME: str,
    }
    for dataset, some in rows.items():
        for row in some:
            assert list(row) == list(DATASETS[dataset])
            for name, kind in DATASETS[dataset].items():
                if row[name] is not None:
                    assert type(row[name]) is kinds[kind], (dataset, name)
                else:
                    assert kind is not Kind.TEXTS


def test_rows_cite_captures_by_their_keys() -> None:
    fleet = survey([("db1", None, DB)])
    rows = rows_of(fleet)
    [key] = [row["capture"] for row in rows["captures"]]
    cited = [row["evidence"] for row in rows["findings"] if row["port"] == 5432]
    assert [f"{key}:2"] in cited
    assert len(key) == 32


def test_a_capture_is_known_by_host_time_and_text() -> None:
    one = HostCapture("h", night(0), "text")
    elsewhere = night(0).astimezone(timezone(timedelta(hours=2)))
    assert HostCapture(" h", elsewhere, "text").key == one.key
    others = [
        HostCapture("i", night(0), "text"),
        HostCapture("h", None, "text"),
        HostCapture("h", night(0), b"text"),
        HostCapture("h", night(0), "text "),
    ]
    assert len({one.key, *(other.key for other in others)}) == 5


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        survey([("h", datetime(2026, 1, 1), listening())])  # noqa: DTZ001 - the point


def packed(sighting: dict[str, Any]) -> bytes:
    """Pack a dossier whose first answer is changed."""
    data = pack(examine(HostCapture("h", None, listening(5432))))
    head, _, body = data.partition(b"\n")
    plain = json.loads(zlib.decompress(body))
    answer = plain["history"]["sightings"][0]
    answer["finding"] |= sighting["finding"]
    return head + b"\n" + zlib.compress(json.dumps(plain).encode())


def test_dossiers_of_two_hosts_are_not_merged() -> None:
    one, other = (examine(HostCapture(name, None, listening())) for name in "ab")
    with pytest.raises(ValueError, match="different hosts"):
        merge_dossiers(one, other)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no dossier of form"),
        (b"netstat-fw dossier 999\nx", "no dossier of form"),
        (pack(examine(HostCapture("h", None, listening())))[:-5], "damaged"),
        (b"netstat-fw dossier %d\nx" % PACKING, "damaged"),
        (packed({"finding": {"evidence": [1.5]}}), "1.5 is neither a line nor a capture"),
    ],
)
def test_what_is_no_dossier_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(FleetError, match=said):
        unpack(data)


def test_progress_is_told_at_every_stage() -> None:
    told: list[Progress] = []
    captures = [("app1", None, APP), ("db1", None, DB + CONNECTED)]
    survey(captures, Run(progress=told.append))
    assert told == [
        Progress("examining", 2),
        Progress("examining", 2),
        Progress("reporting", 1),
        Progress("reporting", 2),
        Progress("connecting", 1),
        Progress("connecting", 2),
    ]


def test_a_client_port_range_holds_for_every_host() -> None:
    text = "udp 0 0 0.0.0.0:40000 0.0.0.0:* 5/x"
    usual, told = (
        survey([("h", None, text)], Run(ephemeral=given)).reports[0].findings
        for given in (None, (50000, 60000))
    )
    assert usual is not None
    assert told is not None
    assert usual.host.ephemeral != told.host.ephemeral


def test_bytes_that_were_no_text_are_escapes_in_rows() -> None:
    row = {"text": "a\udcffb", "texts": ["\udcff", "\\u0041"], "number": 1}
    assert json.loads(write_row(row)) == {
        **row,
        "text": "a\\udcffb",
        "texts": ["\\udcff", "\\u0041"],
    }


def test_a_host_of_which_nothing_is_known_has_no_remotes() -> None:
    dossier = examine(HostCapture("h", None, "broken"))
    assert report_remotes(dossier, ()) == HostRemotes("h", ())


def test_a_refused_capture_is_a_note_that_says_why() -> None:
    one, other = (HostCapture("h", None, b"", why) for why in ("locked", "too large"))
    assert [note.problem for note in examine(one).notes] == ["locked"]
    assert one.key != other.key


def test_changes_are_written_for_readers() -> None:
    change = HostChange(night(1), "incoming tcp/80", appeared=True, before=night(0))
    assert str(change).startswith("incoming tcp/80 appeared between 2026-01-01T")


def test_networks_of_findings_are_packed() -> None:
    """A finding whose other side a standard confines (DHCPv6: link-local)."""
    dossier = examine(HostCapture("h", None, "udp6 0 0 :::546 :::* 5/dhclient"))
    assert "fe80::/10" in whole(dossier)
    assert unpack(pack(dossier)) == dossier


def test_cited_lines_stay_in_their_order_even_where_they_are_not_sorted() -> None:
    dossier = examine(HostCapture("h", None, listening(5432)))
    assert dossier.history is not None
    (sighting, *_) = dossier.history.sightings
    lines = tuple(Evidence(line, name) for line, name in ((3, "b"), (9, "b"), (1, ""), (2, "a")))
    between = tuple(Evidence(line, name) for line, name in ((1, "a"), (1, "b"), (2, "a")))
    for some in (lines, lines[::-1], lines[2:], lines[:1] * 2, between, ()):
        finding = attrs.evolve(sighting.finding, evidence=some)
        changed = (attrs.evolve(sighting, finding=finding),)
        history = attrs.evolve(dossier.history, sightings=changed)
        again = unpack(pack(attrs.evolve(dossier, history=history)))
        assert again.history is not None
        assert again.history.sightings[0].finding.evidence == some


def test_an_edge_that_only_its_client_shows_cites_the_listener() -> None:
    client = "tcp 0 0 192.0.2.1:40000 192.0.2.2:5432 ESTABLISHED 9/app"
    [edge] = survey([("web", None, client), ("db", None, DB)]).edges
    assert edge.client_evidence
    assert edge.server_evidence


def test_captures_without_a_history_change_nothing() -> None:
    assert changes_of(examine(HostCapture("h", None, "broken"))) == ()


def test_a_meaning_stays_the_same_when_it_is_worked_out_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    some = [Ruleset(Chain(word), Chain("drop")) for word in ("drop", "reject", "accept")]
    expected = [meaning_of(ruleset, ()) for ruleset in some]
    monkeypatch.setattr(meaning, "_MOST_KNOWN", 2)
    known: dict[bytes, str] = {}
    monkeypatch.setattr(meaning, "_KNOWN", known)
    assert [meaning_of(ruleset, ()) for ruleset in some] == expected
    assert len(known) == 1


def test_to_reject_is_another_meaning_than_to_drop() -> None:
    drop, reject = (Ruleset(Chain(word), Chain(word)) for word in ("drop", "reject"))
    accept = Ruleset(Chain("accept"), Chain("drop"))
    assert len({meaning_of(ruleset, ()) for ruleset in (drop, reject, accept)}) == 3
