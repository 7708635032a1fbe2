"""Answering: the operator's answers put into a decisions file, everything else in it untouched.

An answer takes the place of the commented entry that a starter has for its question; where there is
none, it is added. What the file says beside it is compared before and after.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from netstat_fw.diagnostics import printable
from netstat_fw.errors import DecisionsError
from netstat_fw.ruleset.decisions.toml_lines import find_lines, read_keys, write_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARK = "\ufeff"
_ANSWERS = "answers"


def write_answer(text: str, key: str, value: bool | str, name: str = "decisions.toml") -> str:  # noqa: FBT001 - an answer
    r"""Put the answer to a question into a decisions file that has none to it yet.

    Args:
        text: the file's text, which `read_decisions` reads.
        key: of the question, as `question_key` gives it.
        value: True for yes, False for no, or a text.
        name: the file's name, for messages.

    Raises:
        DecisionsError: for a file whose answers cannot be added to, as in ``answers = {}``.

    >>> print(write_answer("[answers]\n# Who?\n# Q_A = false\n", "Q_A", True), end="")
    [answers]
    # Who?
    Q_A = true
    """
    body = text.removeprefix(_MARK)
    said = printable(value) if isinstance(value, str) else value
    wanted = tomllib.loads(body)
    wanted.setdefault(_ANSWERS, {})[key] = said
    for candidate in _candidates(body, key, _entry(key, said)):
        if _read(candidate) == wanted:
            return text[: len(text) - len(body)] + candidate
    raise DecisionsError(
        f"{name}: no answer can be added to the answers there: write them below a line [answers]"
    )


def write_answers(
    text: str,
    keys: Sequence[str],
    value: bool | str,  # noqa: FBT001 - an answer
    name: str = "decisions.toml",
) -> str:
    r"""Put one answer to many questions into a decisions file, as `write_answer` each of them.

    >>> print(write_answers("[answers]\n# Q_A = false\n# Q_B = false\n", ["Q_B", "Q_A"], True))
    [answers]
    Q_A = true
    Q_B = true
    <BLANKLINE>
    """
    # A starter has an entry for each, and all of them at once take one look at the file, not many.
    body = text.removeprefix(_MARK)
    said = printable(value) if isinstance(value, str) else value
    wanted = tomllib.loads(body)
    wanted.setdefault(_ANSWERS, {}).update(dict.fromkeys(keys, said))
    lines = body.split("\n")
    asked = set(keys)
    for at, line in enumerate(lines):
        names = read_keys(line.lstrip("# \t")) if line.startswith("#") else ()
        if len(names) == 1 and names[0] in asked:
            lines[at] = _entry(names[0], said)
    filled = "\n".join(lines)
    if _read(filled) == wanted:
        return text[: len(text) - len(body)] + filled
    for key in keys:
        text = write_answer(text, key, value, name)
    return text


def _entry(key: str, said: bool | str) -> str:  # noqa: FBT001 - an answer
    # The escapes of JSON are those of TOML's basic strings (TOML 1.0.0, "String").
    return f"{write_key(key)} = {json.dumps(said, ensure_ascii=False)}"


def _read(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _candidates(text: str, key: str, entry: str) -> Iterator[str]:
    """Give every place that an entry may stand in, the best first."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        keys = read_keys(line.lstrip("# \t")) if line.startswith("#") else ()
        if keys[-1:] == (key,):
            table = f"{_ANSWERS}." if len(keys) > 1 else ""
            yield "\n".join([*lines[:at], table + entry, *lines[at + 1 :]])
    at = find_lines(text).get((_ANSWERS,), 0)
    if at:
        yield "\n".join([*lines[:at], entry, *lines[at:]])
        yield "\n".join([*lines[: at - 1], f"{_ANSWERS}.{entry}", *lines[at - 1 :]])
    yield "\n".join([text.rstrip("\n"), "", f"[{_ANSWERS}]", entry, ""]).lstrip("\n")
