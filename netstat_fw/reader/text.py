"""Captured text as lines: byte order marks, encodings, line ends.

Total: every str and every bytes value gives lines. What had to be assumed comes back as
diagnostics; a byte that is no valid UTF-8 becomes U+FFFD and changes nothing around it. Rows are
ASCII in every dialect but for translated words, so that no guess at a code page is needed.
"""

from __future__ import annotations

import codecs

from netstat_fw.diagnostics import Diagnostic, Severity

_UTF16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# As many bytes as decide whether a text without a mark is UTF-16.
_SAMPLE = 4096


def _utf16(data: bytes) -> str | None:
    """Return the UTF-16 flavour of the bytes, by mark or by the zero bytes of ASCII in UTF-16."""
    marked = _UTF16_MARKS.get(data[:2])
    if marked is not None:
        return marked
    sample = data[:_SAMPLE]
    if sample[1::2].count(0) * 4 > len(sample):
        return "utf-16-le"
    if sample[0::2].count(0) * 4 > len(sample):
        return "utf-16-be"
    return None


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    r"""Decode captured bytes; return the text and what was assumed, as sentences.

    UTF-16 by its mark or its zero bytes (an odd last byte is dropped), else UTF-8.

    >>> decode(b"tcp\xff")
    ('tcp�', ('1 byte is not valid UTF-8 and was read as U+FFFD',))
    """
    utf16 = _utf16(data)
    if utf16 is not None:
        remarks = []
        if len(data) % 2:
            data = data[:-1]
            remarks.append("the text is UTF-16 and has an odd last byte, which was left out")
        text = data.decode(utf16, "replace")
        if data[:2] not in _UTF16_MARKS:
            remarks.append(f"the text was read as {utf16.upper()} although it has no mark")
        return text.removeprefix("\ufeff"), tuple(remarks)
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    escaped = data.decode("utf-8", "surrogateescape")
    bad = sum("\udc80" <= char <= "\udcff" for char in escaped if char >= "\udc80")
    noun = "1 byte is" if bad == 1 else f"{bad} bytes are"
    verb = "was" if bad == 1 else "were"
    return text, (f"{noun} not valid UTF-8 and {verb} read as U+FFFD",)


def split_lines(text: str) -> list[str]:
    r"""Split at CR LF, LF and CR only, as editors count; a final line end begins no line.

    `str.splitlines` would also split at form feeds and at U+2028, which program names may hold.

    >>> split_lines("a\r\nb\x0bc\r\n")
    ['a', 'b\x0bc']
    """
    if not text:
        return []
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def as_text(text: str | bytes) -> tuple[str, tuple[str, ...]]:
    """Return a captured text without its byte order mark, and what was assumed to get it."""
    assumed: tuple[str, ...] = ()
    if not isinstance(text, str | bytes):
        raise TypeError(f"a captured text is str or bytes, not {type(text).__name__}")
    if isinstance(text, bytes):
        text, assumed = decode(text)
    return text.removeprefix("\ufeff"), assumed


def assumptions(lines: list[str], assumed: tuple[str, ...]) -> tuple[Diagnostic, ...]:
    """Return what was assumed as diagnostics about the first line that shows it."""
    first = next((number for number, line in enumerate(lines, 1) if "\ufffd" in line), 1)
    source = lines[first - 1] if lines else ""
    return tuple(
        Diagnostic(Severity.WARNING, "encoding", sentence, first, source=source)
        for sentence in assumed
    )
