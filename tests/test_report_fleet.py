"""The report of many hosts: groups, outliers, edges, and text of others that stays text."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cli_running import run
from test_report import Skeleton

from netstat_fw.errors import MissingExtraError
from netstat_fw.fleet import survey
from netstat_fw.report import write_fleet_report
from netstat_fw.report.fleet_page import draw_edges

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SSHD = "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd\n"
WEB = f"{SSHD}tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 2/nginx\n"


def client(number: int) -> str:
    return f"{WEB}tcp 0 0 192.0.2.{number}:40000 192.0.2.200:5432 ESTABLISHED 9/app\n"


def server(clients: Iterable[int]) -> str:
    return f"{SSHD}tcp 0 0 0.0.0.0:5432 0.0.0.0:* LISTEN 3/postgres\n" + "".join(
        f"tcp 0 0 192.0.2.200:5432 192.0.2.{number}:40000 ESTABLISHED 3/postgres\n"
        for number in clients
    )


def page_of(texts: dict[str, str], **options: object) -> str:
    fleet = survey([(name, None, text) for name, text in texts.items()])
    given = {"hosts": len(texts), "captures": len(texts), **options}
    return write_fleet_report(fleet.groups, fleet.outliers, fleet.edges, **given)  # type: ignore[arg-type] # mixed


FLEET = {**{f"web{n}": client(n) for n in range(1, 6)}, "db": server([1, 2])}


def test_it_shows_groups_outliers_edges_and_what_could_not_be_read() -> None:
    odd = FLEET | {"web5": client(5) + "tcp 0 0 0.0.0.0:8081 0.0.0.0:* LISTEN 4/java\n"}
    page = page_of(odd, broken=[("bad.txt", "no table")], title="All & more")
    read = Skeleton(page)
    text = " ".join(" ".join(read.text).split())
    assert read.open == []
    assert "All & more 6 hosts, 6 captures, of which 1 could not be read." in text
    assert "web5 tcp/8081" in text
    assert "web1, web2, web3, web4" in text
    assert "web1 db tcp/5432 both ends" in text
    assert "bad.txt no table" in text
    assert "<title>web1 → db: tcp/5432</title>" in page


def test_it_tells_what_came_and_went_in_a_group() -> None:
    nights = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2)]
    new = WEB + "tcp 0 0 0.0.0.0:8081 0.0.0.0:* LISTEN 4/java\n"
    fleet = survey(
        (host, night, text)
        for host in ("a", "b")
        for night, text in zip(nights, (WEB, new), strict=True)
    )
    page = write_fleet_report(fleet.groups, fleet.outliers, fleet.edges, hosts=2, captures=4)
    assert "incoming tcp/8081 appeared on 2 hosts, 2026-01-02<br>" in page


def test_what_is_not_there_has_no_heading() -> None:
    page = page_of({"web": WEB})
    assert [part for part in ("Outliers", "Edges", "Could not be read") if part in page] == []


@pytest.mark.parametrize("name", ["<script>x()</script>", '"><img src=x>', "{{7*7}}", "</svg>"])
def test_a_hostile_name_adds_no_element(name: str) -> None:
    plain, hostile = (
        Skeleton(page_of({each: client(1), "db": server([1])}, title=each))
        for each in ("web1", name)
    )
    assert sorted(hostile.tags) == sorted(plain.tags)
    assert "49" not in "".join(hostile.text).split()


def test_of_very_many_hosts_those_with_the_most_edges_are_drawn() -> None:
    numbers = range(1, 60)
    fleet = survey(
        [(f"web{n:02}", None, client(n)) for n in numbers] + [("db", None, server(numbers))]
    )
    picture = draw_edges(fleet.edges)
    assert (len(picture.clients), len(picture.servers), picture.unshown) == (40, 1, 19)
    assert picture.clients[-1].y + 26 < picture.height


def test_long_names_are_cut_in_the_picture_alone() -> None:
    name = "web" + "x" * 60
    page = page_of({name: client(1), "db": server([1])})
    assert f"{name[:33]}…</text>" in page
    assert f"<td>{name}</td>" in page


def test_without_the_template_engine_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'netstat-fw\[report\]'"):
        page_of({"web": WEB})


def test_the_command_writes_it(tmp_path: Path) -> None:
    for name, text in FLEET.items():
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    page = tmp_path / "fleet.html"
    result = run("fleet", str(tmp_path), "--jobs", "1", "--report", str(page))
    assert result.exit_code == 0
    assert "6 hosts, 6 captures" in page.read_text("utf-8")
