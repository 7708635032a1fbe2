"""The report: what it shows, and that captured text stays text in it."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw import NetstatFwError, Policy, analyze, parse, propose
from netstat_fw.reader.text import as_text, split_lines
from netstat_fw.report import write_report
from netstat_fw.report.picture import draw
from netstat_fw.ruleset import Profile, read_decisions

if TYPE_CHECKING:
    from netstat_fw.report.page import Row

SEED = (Path(__file__).parent.parent / "fixtures/linux/seed_host/netstat.txt").read_bytes()
HEADER = (
    "Active Internet connections (servers and established)\n"
    "Proto Recv-Q Send-Q Local Address           Foreign Address         State      "
    " PID/Program name    \n"
)


def report(text: str | bytes, policy: Policy | None = None, title: str = "A host") -> str:
    findings = analyze(parse(text))
    ruleset = propose(findings, policy or Policy())
    return write_report(findings, ruleset, {"": split_lines(as_text(text)[0])}, title)


class Skeleton(HTMLParser):
    """The elements of a page and their attributes, and its text."""

    VOID = ("meta", "path", "rect", "br")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def seed() -> str:
    return report(SEED, title="seed host")


class TestWhatItShows:
    def test_every_element_is_closed(self, seed: str) -> None:
        assert Skeleton(seed).open == []

    def test_rules_show_the_captured_text(self, seed: str) -> None:
        line = SEED.decode().split("\n")[8]
        assert "apache2" in line
        assert f"9: {line.rstrip()}" in "".join(Skeleton(seed).text)

    @pytest.mark.parametrize(
        "part",
        ["tcp/7722", "sendmail", "Explicitly closed to others: tcp/25 smtp, tcp/631 ipp.",
         "How does this machine get software updates", '"Q_EXPOSE tcp/25" = true # or false',
         "HAZARD_TIME_SERVER", "some addresses are cut to their column", "9 base rules",
         "an administrator's session was seen from here", "<title>seed host"],
    )  # fmt: skip
    def test_it_says(self, seed: str, part: str) -> None:
        text = " ".join("".join(Skeleton(seed).text).split())
        assert part in (seed if part.startswith("<") else text)

    def test_it_needs_nothing_else(self, seed: str) -> None:
        assert not re.findall(
            r"\b(?:src=|href=|url\(|@import|https?:)\S*", seed.replace("url(#head)", "")
        )

    def test_it_is_the_same_every_time(self, seed: str) -> None:
        assert report(SEED, title="seed host") == seed

    def test_rules_that_are_not_in_force_say_so(self) -> None:
        strict = Policy(profile=Profile.STRICT)
        assert "accept (not in force)" in report(SEED, strict)
        assert "accept (not in force)" not in report(SEED)

    def test_a_dangerous_service_stands_out(self) -> None:
        rows = "".join(f"tcp 0 0 0.0.0.0:{port} 0.0.0.0:* LISTEN 7/daemon\n" for port in (22, 6379))
        page = report(HEADER + rows, Policy(profile=Profile.PERMISSIVE))
        assert '<td class="action danger">accept</td>' in page
        assert page.index(">tcp/6379 ") < page.index(">tcp/22 ")

    def test_of_very_many_lines_the_first_are_shown(self) -> None:
        rows = "".join(
            f"tcp 0 0 192.0.2.1:{40000 + 2 * n} 198.51.100.7:443 ESTABLISHED 7/curl\n"
            for n in range(60)
        )
        rows += "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 8/sshd\n"
        assert '<p class="faint">and 20 more</p>' in report(HEADER + rows)

    def test_lines_of_several_captures_are_named(self) -> None:
        findings = analyze(parse(SEED), name="night.txt")
        lines = {"night.txt": split_lines(SEED.decode())}
        page = write_report(findings, propose(findings), lines)
        assert "night.txt:9: tcp6" in page
        assert "night.txt: 25 lines." in " ".join("".join(Skeleton(page).text).split())

    def test_lines_that_nobody_has_are_left_out(self) -> None:
        findings = analyze(parse(SEED))
        assert "<summary>captured" not in write_report(findings, propose(findings), {})

    def test_without_the_template_engine_it_says_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "jinja2", None)
        with pytest.raises(NetstatFwError, match=r"pip install 'netstat-fw\[report\]'"):
            report(SEED)


def test_many_addresses_unfold() -> None:
    clients = [f"198.51.100.{number}" for number in range(1, 31, 2)]
    rows = [f"tcp 0 0 192.0.2.1:5432 {each}:40000 ESTABLISHED 2/postgres\n" for each in clients]
    text = "".join(["tcp 0 0 192.0.2.1:5432 0.0.0.0:* LISTEN 2/postgres\n", *rows])
    shown, whole = (
        f"{', '.join(some)}{more} at 192.0.2.1"
        for some, more in ((clients[:6], " and 9 more"), (clients, ""))
    )
    assert f"<details><summary>{shown}</summary>{whole}</details>" in report(text)
    few = report("".join(text.splitlines(keepends=True)[:8]))
    assert re.search(rf"<td>\s*{re.escape(', '.join(clients[:7]))} at 192\.0\.2\.1\s*</td>", few)


class TestPicture:
    def rows(self, count: int, level: str = "open") -> list[Row]:
        from netstat_fw.cells import Cells  # noqa: PLC0415
        from netstat_fw.report.page import Row  # noqa: PLC0415

        cells = Cells("accept", "tcp/1" + "x" * 40, "any", "", "", "", "")
        return [Row(n, str(n), cells, "any", level, True, (), (), 0) for n in range(count)]  # noqa: FBT003

    def test_a_side_that_is_too_long_is_cut_and_counted(self) -> None:
        picture = draw(self.rows(20), self.rows(3))
        assert (len(picture.incoming), len(picture.outgoing), picture.unshown) == (12, 3, (8, 0))
        assert picture.incoming[0].service.endswith("…")

    def test_boxes_lie_inside_and_apart(self) -> None:
        picture = draw(self.rows(12), [])
        edges = [box.y for box in picture.incoming]
        assert edges[0] > 0
        assert edges[-1] + 38 < picture.height
        assert all(other - one >= 38 for one, other in pairwise(edges))

    def test_dangers_come_first_and_what_is_closed_is_named(self) -> None:
        picture = draw([*self.rows(12), *self.rows(1, "danger"), *self.rows(2, "closed")], [])
        assert picture.incoming[0].level == "danger"
        assert len(picture.closed) == 1


FINDINGS = analyze(parse(f"{HEADER}tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 7/httpd\n"))
FOUND = (FINDINGS, propose(FINDINGS))
PLAIN = Skeleton(write_report(*FOUND, {"": ["x"] * 99}, "x")).tags


class TestHostileText:
    """Program names are chosen by attackers."""

    NAMES = (
        "<script>x()</script>", '"><img src=x onerror=y()>', "</pre></details>", "{{7*7}}",
        "{%raw%}", "&lt;b&gt;", "'--><svg>", "]]>", "</title>", "\x1b[31mred",
    )  # fmt: skip

    @pytest.mark.parametrize("name", NAMES)
    def test_a_name_adds_no_element(self, name: str) -> None:
        plain, hostile = (
            Skeleton(
                report(f"{HEADER}tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 7/{program}\n", title=program)
            )
            for program in ("httpd", name)
        )
        assert hostile.tags == plain.tags
        assert "49" not in "".join(hostile.text).split()

    @given(st.text(max_size=40))
    def test_no_text_does(self, text: str) -> None:
        line = text.replace("\n", " ").replace("\r", " ")
        page = write_report(*FOUND, {"": [line] * 99}, text)
        assert Skeleton(page).tags == PLAIN

    def test_a_question_of_an_operator_is_escaped(self) -> None:
        findings = analyze(parse(SEED))
        ruleset = propose(findings)
        asked = attrs.evolve(ruleset.questions[0], sentence="<b>?", subject='"<i>')
        page = write_report(findings, attrs.evolve(ruleset, questions=(asked,)), {})
        assert "&lt;b&gt;?" in page
        assert "<i>" not in page


def test_what_is_alike_is_asked_and_warned_of_once() -> None:
    ends = [f"127.0.0.1:{port}" for port in range(7001, 7006)] + ["0.0.0.0:3306", "0.0.0.0:5432"]
    text = "".join(f"tcp 0 0 {end} 0.0.0.0:* LISTEN 7/agent\n" for end in ends)
    page = html.unescape(report(text))
    assert page.count("to this machine only: is it meant") == 1
    assert "Q_EXPOSE for each of tcp/7001-7005" in page
    assert "tcp/3306, tcp/5432: a data store should not" in " ".join(page.split())
    (snippet,) = re.findall(r"<pre>(\[answers\]\n\"Q_EXPOSE[^<]*)</pre>", page)
    findings = analyze(parse(text))
    answered = propose(findings, Policy(decisions=read_decisions(snippet)))
    assert not [q for q in answered.questions if q.code == "Q_EXPOSE"]


def test_only_its_own_style_and_script_may_run(seed: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', seed)
    assert policy is not None
    for tag in ("style", "script"):
        text = re.search(f"<{tag}>(.*?)</{tag}>", seed, re.DOTALL)
        assert text is not None
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in policy[1] or (
            f"{tag}-src 'sha256-{digest}'" in policy[1]
        )
    assert "default-src 'none'" in policy[1]
    assert len(re.findall("<script", seed)) == 1
