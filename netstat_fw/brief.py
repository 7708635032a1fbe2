"""Brief: how values show themselves, in one short line.

A value in a log, a debugger or the message of a failed test is to be recognised, not read whole:
what is absent is left out, long texts are cut, and lists are counted. Texts may be captured ones,
so they are shown with escapes, and no value takes more than one line.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator

from netstat_fw.diagnostics import printable

_LONGEST = 60
_MOST_LISTED = 4


def brief(value: object, *words: object, **fields: object) -> str:
    r"""Write a value as its class, some words, and fields by name.

    Args:
        value: whose class is named.
        words: what it is, in a reader's words; None and empty ones are left out.
        fields: what else it has. None, False and what is empty are left out; True stands alone.

    >>> brief(ValueError(), "tcp", None, line=3, name="a\x1b[2K", is_up=True, of=(1,) * 6, no=())
    "<ValueError tcp line=3 name='a\\x1b[2K' is_up of=1,1,1,1,+2>"
    """
    said = [printable(str(word)) for word in words if word not in {None, ""}]
    for name, field in fields.items():
        if field is True:
            said.append(name)
        elif field is not None and field is not False and (shown := _shown(field)):
            said.append(f"{name}={shown}")
    return f"<{' '.join((type(value).__name__, *said))}>"


def _shown(field: object) -> str:
    if isinstance(field, str):
        return field and ascii(_cut(field))
    if isinstance(field, enum.Enum):
        return str(field.value)
    # Not whatever can be iterated: a network has as many members as it has addresses.
    if isinstance(field, tuple | Iterator):
        shown = [_shown(each) for each in field]
        more = len(shown) - _MOST_LISTED
        return ",".join([*shown[:_MOST_LISTED], f"+{more}"] if more > 0 else shown)
    return printable(_cut(str(field)))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
