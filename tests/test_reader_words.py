"""The words of every language: states, unix states and unix types."""

from __future__ import annotations

import pytest

from netstat_fw.reader.words import (
    STATES,
    UNIX_STATES,
    UNIX_TYPES,
    completed_state,
    is_state,
    state_of,
    states_beginning,
    unix_state_of,
    unix_type_of,
)
from netstat_fw.records import State, UnixState, UnixType


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("LISTEN", State.LISTEN),
        ("LISTENING", State.LISTEN),
        ("HÖRT", State.LISTEN),
        ("OUÇA", State.LISTEN),
        ("NASLOUCHÁ", State.LISTEN),
        ("LYSSNAR", State.LISTEN),
        ("ESCUCHAR", State.LISTEN),
        ("VERBUNDEN", State.ESTABLISHED),
        ("SPOJENO", State.ESTABLISHED),
        ("ESTABELECIDA", State.ESTABLISHED),
        ("SYN_RECV", State.SYN_RECEIVED),
        ("SYN_RECEBIDO", State.SYN_RECEIVED),
        ("FIN_WAIT1", State.FIN_WAIT_1),
        ("FINWAIT2", State.FIN_WAIT_2),
        ("TEMPS", State.TIME_WAIT),
        ("FECHAR", State.CLOSED),
        ("STÄNG_VÄNTA", State.CLOSE_WAIT),
        ("POSLEDNÍ ACK", State.LAST_ACK),
        ("ÚLTIMO_ACK", State.LAST_ACK),
        ("STÄNGER", State.CLOSING),
        ("不明", State.UNKNOWN),
        ("ASLEEP", State.UNKNOWN),
        ("listen", State.UNKNOWN),
        ("", State.UNKNOWN),
    ],
)
def test_a_state_word_of_any_language(word: str, state: State) -> None:
    assert state_of(word) is state


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("H\ufffdRT", State.LISTEN),
        ("HÃ\x96RT", State.LISTEN),
        ("OU\ufffdA", State.LISTEN),
        ("ST\ufffdNGER", State.CLOSING),
        ("POSLEDN\ufffd\ufffd ACK", State.LAST_ACK),
        ("\ufffdLTIMO_ACK", State.LAST_ACK),
        ("\ufffd\ufffd", State.UNKNOWN),
        ("HRT", State.UNKNOWN),
    ],
)
def test_a_word_in_a_wrong_code_page_is_known_by_its_ascii_letters(word: str, state: State) -> None:
    assert state_of(word) is state


def test_every_known_word_is_a_state() -> None:
    assert all(is_state(word) and state_of(word) is state for word, state in STATES.items())


@pytest.mark.parametrize("word", ["UNKNOWN", "UNKNOWN(12)", "TUNDMATU", "不明"])
def test_a_netstat_may_say_that_a_state_is_unknown(word: str) -> None:
    assert is_state(word)
    assert state_of(word.partition("(")[0]) is State.UNKNOWN


@pytest.mark.parametrize("word", ["ASLEEP", "", "(1)", "LISTE"])
def test_no_netstat_prints_other_words(word: str) -> None:
    assert not is_state(word)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("FREE", UnixState.FREE),
        ("LISTENING", UnixState.LISTENING),
        ("HÖRT", UnixState.LISTENING),
        ("UNCONNECTED", UnixState.UNCONNECTED),
        ("SPOJUJE", UnixState.CONNECTING),
        ("VERBUNDEN", UnixState.CONNECTED),
        ("KOPPLAR FRÅN", UnixState.DISCONNECTING),
        ("LAHTIÜHENDUMAS", UnixState.DISCONNECTING),
        ("WHATEVER", UnixState.UNKNOWN),
    ],
)
def test_a_unix_state_of_any_language(word: str, state: UnixState) -> None:
    assert unix_state_of(word) is state


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("STREAM", UnixType.STREAM),
        ("FLUX", UnixType.STREAM),
        ("流", UnixType.STREAM),
        ("DGRAM", UnixType.DGRAM),
        ("SEQPACKET", UnixType.SEQPACKET),
        ("SEQPAKET", UnixType.SEQPACKET),
        ("RÅ", UnixType.RAW),
        ("RDM", UnixType.RDM),
        ("TELEX", UnixType.UNKNOWN),
    ],
)
def test_a_unix_type_of_any_language(word: str, kind: UnixType) -> None:
    assert unix_type_of(word) is kind


def test_every_member_has_a_word() -> None:
    assert set(STATES.values()) == set(State)
    assert set(UNIX_STATES.values()) | {UnixState.UNKNOWN} == set(UnixState)
    assert set(UNIX_TYPES.values()) | {UnixType.UNKNOWN} == set(UnixType)


@pytest.mark.parametrize(
    ("letters", "states"),
    [
        ("", set()),
        ("X", set()),
        ("LIS", {State.LISTEN}),
        ("L", {State.LISTEN, State.LAST_ACK}),
        ("VERB", {State.ESTABLISHED}),
        ("HÖ", {State.LISTEN}),
        ("FIN_WAIT", {State.FIN_WAIT_1, State.FIN_WAIT_2}),
        # SYN_ENVIADO begins so too, but English goes first.
        ("SYN_", {State.SYN_SENT, State.SYN_RECEIVED}),
        # ESCUCHAR and ESTABELECIDA do not count beside ESTABLISHED.
        ("E", {State.ESTABLISHED}),
        ("ESTABE", {State.ESTABLISHED}),
    ],
)
def test_the_states_that_some_letters_begin(letters: str, states: set[State]) -> None:
    assert states_beginning(letters) == states


@pytest.mark.parametrize(
    ("letters", "state"),
    [
        ("EST", State.ESTABLISHED),
        ("LISTENI", State.LISTEN),
        ("C", None),
        ("CLOSE_", State.CLOSE_WAIT),
        ("VERB", None),
    ],
)
def test_only_one_fitting_english_word_completes_a_state(letters: str, state: State | None) -> None:
    assert completed_state(letters) is state
