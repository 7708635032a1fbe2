"""Every example of the README and of the pages in ``docs`` runs and prints what the page shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from doc_examples import MARKED, PAGES, ROOT, Block, Page, find_blocks, find_commands, is_like
from netns import namespace

if TYPE_CHECKING:
    from pathlib import Path

_WITH_EXAMPLES = [page for page in PAGES if find_blocks(page.read_text("utf-8"))]
_FOR_ROOT = [
    page
    for page in _WITH_EXAMPLES
    for block in find_blocks(page.read_text("utf-8"))
    if block.language == "console" and block.body.startswith("#") and not block.mark
]


def _named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", _WITH_EXAMPLES, ids=_named)
def test_the_examples_of_a_page_print_what_it_shows(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "to_arrow()" in path.read_text("utf-8"):
        pytest.importorskip("pyarrow", reason="needs the extra arrow")
    monkeypatch.chdir(tmp_path)
    page = Page(path, tmp_path)
    page.run()
    assert not page.wrong, "\n".join(page.wrong)


@pytest.mark.parametrize("path", sorted(set(_FOR_ROOT)), ids=_named)
def test_what_only_root_can_run_prints_what_the_page_shows(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with namespace("nft", "iptables-restore") as root:
        monkeypatch.chdir(tmp_path)
        page = Page(path, tmp_path, root)
        page.run()
    assert not page.wrong, "\n".join(page.wrong)
    assert page.left_out == 0


@pytest.mark.parametrize("mark", sorted(MARKED))
def test_each_marked_command_of_the_readme_is_one_line(mark: str) -> None:
    (block,) = (b for b in find_blocks((ROOT / "README.md").read_text("utf-8")) if b.mark == mark)
    assert block.language == "sh"
    assert block.body.count("\n") == 1


def test_the_first_page_links_to_every_other() -> None:
    docs = ROOT / "docs"
    linked = re.findall(
        r"^- \[[^\]]*\]\(([^)]*)\)", (docs / "index.md").read_text("utf-8"), re.MULTILINE
    )
    pages = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")} - {"index.md"}
    assert sorted(linked) == sorted(pages)


@pytest.mark.parametrize("name", ["commands", "columns"])
def test_what_is_filled_in_while_building_has_its_place(name: str) -> None:
    """As `docs/conf.py` looks for it; elsewhere it reads as a sentence."""
    place = re.search(
        rf'^_{name.upper()} = "(.*)"$', (ROOT / "docs" / "conf.py").read_text("utf-8"), re.MULTILINE
    )
    assert place is not None
    page = ROOT / "docs" / "reference" / f"{name}.md"
    assert page.read_text("utf-8").count(place[1]) == 1


@pytest.mark.parametrize("path", PAGES, ids=_named)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    text = re.sub(r"^(`{3,}).*?^\1$", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", text)
    assert [link for link in links if not (path.parent / link).exists()] == []


class TestTheExamplesThemselves:
    def test_blocks_are_found_with_their_marks_and_neighbours(self) -> None:
        text = (
            "a\n\n<!-- file: x -->\n```toml\nk = 1\n```\n\n```text\nout\n```\n\nb\n\n```text\n```\n"
        )
        assert find_blocks(text) == [
            Block("toml", "file: x", "k = 1\n", 4, below=False),
            Block("text", "", "out\n", 8, below=True),
            Block("text", "", "", 14, below=False),
        ]

    def test_commands_are_told_from_their_output(self) -> None:
        body = "$ a \\\n  b\nout\n$ c\n$ d\n# more\nlines\n"
        assert find_commands(body) == [
            ("a \\\n  b", "out\n"), ("c", ""), ("d", "# more\nlines\n"),
        ]  # fmt: skip
        assert find_commands("# a\n$ b\n# c\n") == [("a", "$ b\n"), ("c", "")]

    @pytest.mark.parametrize(
        ("shown", "printed", "like"),
        [
            ("a\nb\n", "a  \nb\n\n", True),
            ("a\n", "a\nb\n", False),
            ("a\n...\nd\n", "a\nb\nc\nd\n", True),
            ("a\n...\nd\n", "a\nd\n", True),
            ("a\n...\n", "b\n", False),
            ("", "", True),
            ("", "a\n", False),
        ],
    )
    def test_output_is_like_what_is_shown(self, shown: str, printed: str, like: bool) -> None:  # noqa: FBT001 - a table
        assert is_like(shown, printed) is like

    @pytest.mark.parametrize(
        ("text", "wrong"),
        [
            ("```python\nprint(1)\n```\n\n```text\n2\n```\n", "prints:\n1"),
            ("```console\n$ echo a\nb\n```\n", "echo a prints:\na"),
            ("```console\n$ netstat-fw --version\n1\n```\n", "netstat-fw --version prints:"),
            ("```console\n$ false\n$ echo $?\n0\n```\n", "prints:\n1"),
            ("```console\n$ netstat-fw plan no_such\n...\n$ echo $?\n0\n```\n", "prints:\n2"),
            ("```yaml\na: 1\n```\n", "what is this block for?"),
            ("```sh\nls\n```\n", "what is this block for?"),
            ("a\n\n```text\nls\n```\n", "what is this block for?"),
        ],
    )
    def test_a_page_that_shows_what_is_not_so_is_found_out(
        self, text: str, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        path = tmp_path / "page.md"
        path.write_text(text, "utf-8")
        page = Page(path, tmp_path)
        page.run()
        assert [wrong in each for each in page.wrong] == [True]

    def test_a_page_is_mended_by_what_is_printed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        path = tmp_path / "page.md"
        blocks = (
            "```python\nprint({0})\n```\n\n```text\n{1}\n```\n\n```console\n$ echo a\n{2}\n```\n"
        )
        path.write_text(blocks.format(1, 2, "?"), "utf-8")
        page = Page(path, tmp_path)
        page.run()
        assert page.mended == blocks.format(1, 1, "a")

    def test_what_only_root_can_run_is_counted_without_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        path = tmp_path / "page.md"
        path.write_text("```console\n# nft list ruleset\n```\n", "utf-8")
        page = Page(path, tmp_path)
        page.run()
        assert (page.wrong, page.left_out) == ([], 1)
