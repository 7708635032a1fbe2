"""Words: closed vocabularies, whose members are hashed in no time.

`enum` hashes a member by its name, in Python code that runs for every look-up: analysing a capture
of sixty rows makes six hundred. There is one object for each member in a process, which copying and
unpickling give back, so that it may be hashed as an object.
"""

from __future__ import annotations

import enum


class Word(enum.Enum):
    """A member of a vocabulary."""

    __hash__ = object.__hash__
