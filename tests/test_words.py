"""Words: members of vocabularies are single objects, wherever they come from."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING

import pytest

from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset import Action, ConnectionState, Direction

if TYPE_CHECKING:
    from netstat_fw.words import Word

VOCABULARIES: tuple[type[Word], ...] = (Family, Protocol, Action, ConnectionState, Direction)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_a_member_is_found_whoever_has_copied_it(vocabulary: type[Word]) -> None:
    """The hash is the object's, so that every copy has to be the object itself."""
    for member in vocabulary:
        copies = (
            copy.deepcopy(member),
            pickle.loads(pickle.dumps(member)),  # noqa: S301 - our own
            vocabulary(member.value),
        )
        assert all(each is member for each in copies)
        assert len({*copies, member}) == 1
        assert hash(member) == object.__hash__(member)
