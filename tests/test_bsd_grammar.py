"""The grammar of BSD rows: its compiled and its token form are one definition."""

import pyparsing as pp
import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from printers_bsd import LAYOUTS, End, Row, Unix, line, unix_line

from netstat_fw.grammar import bsd

TOKENS = bsd.row()
UNIX_TOKENS = bsd.unix_row()
INTERNET = sorted(name for name in LAYOUTS if not name.endswith("-L"))

hosts = st.sampled_from(("192.0.2.1", "2001:db8::7", "fe80::1%lo0", "host.example.net", "*"))
ends = st.builds(End, hosts, st.sampled_from(("22", "*", "https", "65535", "0")))
rows = st.builds(
    Row,
    st.sampled_from(("tcp4", "tcp6", "tcp46", "udp4", "icm6", "ip 4", "ip66", "tcp")),
    ends,
    ends,
    st.sampled_from(("LISTEN", "")),
    name=st.sampled_from(("sshd", "Comet Helper", "a:1 b", "tcp4 0 0 *.22 *.* LISTEN")),
)
# What happens to a line: something is left out, put in, or put in another's place.
edits = st.lists(
    st.tuples(
        st.integers(0, 200), st.integers(0, 3), st.sampled_from(["", " ", ".", ":", "x", "4", "*"])
    ),
    max_size=3,
)


def edited(text: str, changes: list[tuple[int, int, str]]) -> str:
    for at, length, new in changes:
        text = text[:at] + new + text[at + length :]
    return text


def compiled(text: str) -> dict[str, str] | None:
    """Return the fields that the compiled form finds, where both cells are endpoints."""
    found = bsd.ROW.re.match(text)
    if found is None or not all(bsd.ENDPOINT.re.match(found[end]) for end in ("local", "remote")):
        return None
    return {name: text for name, text in found.groupdict().items() if text is not None}


def tokens(expression: pp.ParserElement, text: str) -> dict[str, str] | None:
    """Return the fields that the token form finds; blanks and tabs before it mean nothing."""
    try:
        result = expression.parse_string(text)
    except pp.ParseException:
        return None
    fields = ("kernel", "protocol", "first", "second", "third", "local", "remote", "rest")
    return {name: result[name] for name in fields if name in result}


@pytest.mark.parametrize("name", INTERNET)
@settings(max_examples=examples(20))
@given(row=rows, changes=edits)
def test_compiled_and_token_form_agree_on_every_row(
    name: str, row: Row, changes: list[tuple[int, int, str]]
) -> None:
    text = edited(line(row, LAYOUTS[name]), changes).rstrip(" ")
    assert compiled(text) == tokens(TOKENS, text)


@given(
    row=st.builds(Unix, st.sampled_from(("stream", "dgram", "raw", "seqpac")), st.just("/a b")),
    changes=edits,
)
def test_compiled_and_token_form_agree_on_unix_rows(
    row: Unix, changes: list[tuple[int, int, str]]
) -> None:
    text = edited(unix_line(row), changes)
    found = bsd.UNIX_ROW.re.match(text)
    try:
        result = UNIX_TOKENS.parse_string(text)
    except pp.ParseException:
        assert found is None
    else:
        assert found is not None
        fields = result.as_dict()
        assert (found["type"], found["rest"]) == (fields["type"], fields.get("rest"))


@settings(max_examples=examples(30))
@given(st.text(st.sampled_from("LISTEN .:*0123abc/-\t"), max_size=40))
def test_no_line_of_linux_is_a_row_of_bsd(tail: str) -> None:
    """net-tools separates the port by a colon; BSD by a dot, and never prints one behind it."""
    for text in (
        f"tcp        0      0 192.0.2.1:22            198.51.100.7:4242       {tail}",
        f"tcp6       0      0 :::22                   :::*                    {tail}",
        f"udp6       0      0 2001:db8:aaaa:bbbb::1:53 2001:db8::1.2:53       {tail}",
    ):
        found = bsd.ROW.re.match(text)
        assert found is None or bsd.ENDPOINT.re.match(found["remote"]) is None


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("yyz10s06-in-f14.example.net.https", "yyz10s06-in-f14.example.net", "https"),
        ("*.*", "*", "*"),
        ("fe80::1%lo0.123", "fe80::1%lo0", "123"),
        ("fe80::142d:1153:.64524", "fe80::142d:1153:", "64524"),
        ("on-in-x6d.1e100..imaps", "on-in-x6d.1e100.", "imaps"),
    ],
)
def test_the_port_stands_behind_the_last_dot(text: str, host: str, port: str) -> None:
    found = bsd.ENDPOINT.re.match(text)
    assert found is not None
    assert found["host"] == host
    assert (found["port"] or found["service"] or "*") == port
