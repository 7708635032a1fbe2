"""The constructor beside the class: the same values, and the same refusal to change them."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw import Endpoint, Socket, UnixSocket
from netstat_fw.construct import constructor

RECORDS = (Endpoint, Socket, UnixSocket)


@given(st.sampled_from(RECORDS), st.data())
def test_it_makes_what_the_class_makes(cls: type[Any], data: st.DataObject) -> None:
    """Whatever is left out, by position and by name; also in the fields that equality ignores."""
    fields = attrs.fields(cls)
    required = [field for field in fields if field.default is attrs.NOTHING]
    positional = data.draw(st.integers(len(required), len(fields)), "positional")
    named = data.draw(st.sets(st.sampled_from([f.alias for f in fields])), "named")
    names = [field.alias for field in fields[positional:] if field.alias in named]
    values = [f"value of {field.name}" for field in fields[:positional]]
    options = {name: f"value of {name}" for name in names}

    made = constructor(cls)(*values, **options)
    same = cls(*values, **options)

    assert type(made) is cls
    assert [getattr(made, f.name) for f in fields] == [getattr(same, f.name) for f in fields]
    assert made == same


@pytest.mark.parametrize("cls", RECORDS)
def test_what_it_makes_is_frozen(cls: type[Any]) -> None:
    fields = attrs.fields(cls)
    made = constructor(cls)(*(None for _ in fields))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(made, fields[0].name, 1)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        delattr(made, fields[0].name)
    assert not hasattr(made, "__dict__")


def test_what_has_no_default_must_be_given() -> None:
    with pytest.raises(TypeError, match="local"):
        constructor(Socket)("tcp", "ipv4")  # type: ignore[call-arg, arg-type]


def test_private_fields_are_given_by_their_public_names() -> None:
    @attrs.frozen
    class Holder:
        _held: int
        value: int = 2

    assert constructor(Holder)(1) == Holder(1)
    assert constructor(Holder)(held=1, value=3) == Holder(1, 3)
