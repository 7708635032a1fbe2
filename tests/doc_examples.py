"""Examples of a page in Markdown: found, run, and compared with the output that the page shows.

What a fenced block is, its language and the comment in the line above it say:

``python``
    runs, with the names that earlier blocks of the page left. A ``text`` block right below it is
    what it prints.
``console``
    commands behind ``$``, each with its output below. In a block that begins with ``#``, commands
    behind that run as root in a network namespace; where there is no root they are left out.
``toml``, ``json``, ``text`` under ``<!-- file: NAME -->``
    is written to that file for later commands.
``sh`` under one of `MARKED`
    is run by the whole check, ``.ci/run``.
anything under ``<!-- elsewhere: SYSTEM -->``
    is for another system and not run.
``abnf``, and ``text`` under ``<!-- figure -->``
    is no example.

A line ``...`` in shown output stands for any number of lines. Everything runs in a folder of its
own that holds ``fixtures``.

``python tests/doc_examples.py PAGE...`` writes what is printed into pages in the place of outputs
that differ and have no such line.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import attrs
from click.testing import CliRunner
from netns import Namespace, namespace

from netstat_fw.cli.group import app

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
MARKED = {"first command", "test command"}

_FENCE = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*) -->\n)?^(?P<fence>`{3,})(?P<language>[^\n]*)\n"
    r"(?P<body>.*?)^(?P=fence)$(?P<gap>\n*)",
    re.DOTALL | re.MULTILINE,
)
_COMMANDS = {
    prompt: re.compile(rf"^{re.escape(prompt)} (?P<command>.*(?:(?<=\\)\n.*)*)\n", re.MULTILINE)
    for prompt in "$#"
}
_SHELL_SIGNS = set("|<>&;$`*?\\")
_BETWEEN = "--8<-- next --8<--"
# A page says the command as it is where the README's first command has put it.
_BIN = ".venv/bin/"


@attrs.frozen
class Block:
    """A fenced block.

    Attributes:
        language: the word behind the fence.
        mark: the comment in the line above, without its signs; empty where there is none.
        body: what is between the fences.
        line: 1-based line of the opening fence.
        below: right below another block, with only blank lines between.
    """

    language: str
    mark: str
    body: str
    line: int
    below: bool


def find_blocks(text: str) -> list[Block]:
    """Find the fenced blocks of a page, in order."""
    blocks = []
    end = None
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start("fence")) + 1
        below = found.start() == end
        mark = found["mark"] or ""
        blocks.append(Block(found["language"].strip(), mark, found["body"], line, below))
        end = found.end()
    return blocks


def find_commands(body: str) -> list[tuple[str, str]]:
    """Take a console block apart into commands and shown outputs; its first sign is the prompt."""
    found = list(_COMMANDS[body[0]].finditer(body))
    ends = [each.start() for each in found[1:]] + [len(body)]
    return [
        (each["command"], body[each.end() : end]) for each, end in zip(found, ends, strict=True)
    ]


def is_like(shown: str, printed: str) -> bool:
    """Tell whether output is what a page shows; blanks at line ends do not count."""
    lines = [line.rstrip() for line in shown.strip("\n").split("\n")]
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in lines)
    real = "\n".join(line.rstrip() for line in printed.strip("\n").split("\n"))
    return re.fullmatch(pattern, f"{real}\n") is not None


class Page:
    """A page whose examples are being run, and what they have left behind.

    Attributes:
        wrong: what was not as the page shows it, one entry for each example.
        left_out: how many commands only root can run, and there was none.
        mended: the text of the page with what was printed.
    """

    def __init__(self, path: Path, folder: Path, root: Namespace | None = None) -> None:
        self.wrong: list[str] = []
        self.left_out = 0
        self._name = path.name
        self._text = self.mended = path.read_text("utf-8")
        self._folder = folder
        self._root = root
        self._names: dict[str, object] = {"__name__": "__main__"}
        self._status = 0
        (folder / "fixtures").symlink_to(ROOT / "fixtures")

    def run(self) -> None:
        """Run every example in order; the working folder must be the page's own."""
        printed = ""
        for block in find_blocks(self._text):
            if block.language.startswith("{") or block.mark.startswith("elsewhere: "):
                continue
            if block.language == "python":
                printed = self._run_python(block)
            elif block.language == "console":
                self._run_console(block)
            elif block.mark.startswith("file: "):
                Path(block.mark.removeprefix("file: ")).write_text(block.body, "utf-8")
            elif block.language == "text" and block.below:
                self._compare(block.line, "```text", block.body, printed)
            elif not (
                block.language == "abnf"
                or (block.language == "text" and block.mark == "figure")
                or (block.language == "sh" and block.mark in MARKED)
            ):
                self.wrong.append(f"{self._name}:{block.line}: what is this block for?")

    def _run_python(self, block: Block) -> str:
        out = io.StringIO()
        code = compile("\n" * block.line + block.body, self._name, "exec")
        with contextlib.redirect_stdout(out):
            exec(code, self._names)  # noqa: S102 - the pages are ours
        return out.getvalue()

    def _run_console(self, block: Block) -> None:
        commands = find_commands(block.body)
        prompt = block.body[0]
        if prompt == "$":
            outputs = (self._run_command(command.replace(_BIN, "")) for command, _ in commands)
        elif self._root is not None:
            outputs = (each for each in self._run_as_root([command for command, _ in commands]))
        else:
            self.left_out += len(commands)
            return
        for (command, shown), printed in zip(commands, outputs, strict=True):
            self._compare(block.line, f"{prompt} {command}", shown, printed)

    def _run_command(self, command: str) -> str:
        if command == "echo $?":
            return str(self._status)
        if command.startswith("netstat-fw ") and not _SHELL_SIGNS & set(command):
            # In this process: the start of a second one takes longer than the command.
            done = CliRunner().invoke(app, shlex.split(command)[1:], env={"COLUMNS": "100"})
            if done.exception is not None and not isinstance(done.exception, SystemExit):
                raise done.exception
            self._status = done.exit_code
            return done.output
        ran = subprocess.run(
            ["bash", "-o", "pipefail", "-c", f"{{ {command}\n}} 2>&1"],
            env=self._environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        self._status = ran.returncode
        return ran.stdout

    def _run_as_root(self, commands: list[str]) -> list[str]:
        assert self._root is not None
        script = f"\necho '{_BETWEEN}'\n".join(commands)
        printed = self._root.run("bash", "-c", f"cd {shlex.quote(str(self._folder))}\n{script}")
        return printed.split(f"{_BETWEEN}\n")

    def _environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}

    def _compare(self, line: int, what: str, shown: str, printed: str) -> None:
        if not is_like(shown, printed):
            self.wrong.append(f"{self._name}:{line}: {what} prints:\n{printed}")
            if "...\n" not in shown:
                lines = [line.rstrip() + "\n" for line in printed.strip("\n").splitlines()]
                new = f"{what}\n{''.join(lines)}"
                self.mended = self.mended.replace(f"{what}\n{shown}", new, 1)


def _mend(names: list[str]) -> None:
    for name in names:
        path = Path(name).resolve()
        with (
            tempfile.TemporaryDirectory() as folder,
            contextlib.chdir(folder),
            namespace() if os.geteuid() == 0 else contextlib.nullcontext() as root,
        ):
            page = Page(path, Path(folder), root)
            page.run()
        path.write_text(page.mended, "utf-8")


if __name__ == "__main__":
    _mend(sys.argv[1:])
