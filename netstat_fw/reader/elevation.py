"""Recognises the one sentence that ``netstat -b`` prints without elevation, in any code page.

cmd.exe writes in the OEM code page of the system's language, and the sentence may be all there is,
with no ASCII in it. Total: every text and every bytes value has an answer.
"""

from __future__ import annotations

from netstat_fw.grammar.windows_words import ELEVATION

# OEM code pages of the languages whose sentence is known, most letters last.
_OEM = ("cp850", "cp852", "cp857", "cp866", "cp932", "cp936", "cp949", "cp950", "cp1251")
# What a reader who did not know better took an OEM code page for.
_TAKEN_FOR = ("latin-1", "cp1252", "cp437")
# The sentence, a prompt above it, the echoed command.
_LONGEST_TEXT = 2_000

WHAT_IT_MEANS = (
    "Windows' message that netstat -b requires elevation: capture again from a prompt opened with"
    ' "Run as administrator", or without -b'
)


def asks_for_elevation(text: str | bytes) -> bool:
    """Tell whether a short text without rows holds the sentence.

    >>> asks_for_elevation("요청한 작업을 수행하려면 권한 상승이 필요합니다.".encode("cp949"))
    True
    >>> asks_for_elevation("Good morning")
    False
    """
    if len(text) > _LONGEST_TEXT:
        return False
    return any(
        ELEVATION.re.match(line)
        for reading in _readings(text)
        for line in reading.replace("\r", "\n").split("\n")
    )


def _readings(text: str | bytes) -> list[str]:
    """Return a text in every code page that it may have been written in."""
    if isinstance(text, bytes):
        return [text.decode(page, "replace") for page in _OEM]
    readings = [text]
    for taken in _TAKEN_FOR:
        try:
            data = text.encode(taken)
        except UnicodeEncodeError:
            continue
        readings += _readings(data)
    return readings
