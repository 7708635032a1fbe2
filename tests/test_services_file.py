"""Services files: the two forms of the line grammar, and the texts that hosts really have."""

from __future__ import annotations

import time
from pathlib import Path

import pyparsing as pp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw.diagnostics import Severity
from netstat_fw.grammar import services_file as grammar
from netstat_fw.services import ServiceEntry, parse_services

HOST_FILE = Path("/etc/services")

NAME = "a service name: printable ASCII with at least one letter"
RANGE = "one line for each port instead of a range"
PORT = "a port number from 1 to 65535"
SLASH = "a slash between port and protocol"
PROTOCOL = "a protocol such as tcp or udp"
END = "an alias of printable ASCII, a # comment or the end of line"

PRINTABLE = [chr(code) for code in range(0x21, 0x7F) if chr(code) != "#"]

words = st.text(st.sampled_from(PRINTABLE), min_size=1, max_size=12)
names = words.filter(lambda word: any(char.isalpha() for char in word))
protocols = st.sampled_from(["tcp", "udp", "sctp", "dccp", "ddp", "udplite"])
entries = st.builds(
    ServiceEntry, names, st.integers(1, 65535), protocols, st.lists(words, max_size=3).map(tuple)
)
line_breaks = st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"])
comments = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])).map(
    lambda text: f"#{text}"
)
blanks = st.text(st.sampled_from(" \t\v\f"), max_size=3)
noise_lines = st.builds(str.__add__, blanks, st.one_of(st.just(""), comments))
# Pieces of lines in any order: mostly damaged lines, often nearly good ones.
pieces = st.sampled_from(
    [
        "ssh",
        "22",
        "0",
        "65535",
        "65536",
        "/",
        ",",
        "-",
        ":",
        "tcp",
        "UDP",
        "#",
        "\xe9",
        "9x",
        " ",
        "\t",
    ]
)
damaged_lines = st.one_of(
    st.lists(pieces, max_size=10).map("".join),
    st.lists(pieces, max_size=10).map(" ".join),
    st.text(st.characters(exclude_characters="\r\n"), max_size=20),
    st.builds(str.__add__, entries.map(str), st.text("#\xe9 \x00-/x", max_size=4)),
)

WINDOWS = b"""\
# Copyright (c) 1993-2004 Microsoft Corp.\r
#\r
# <service name>  <port number>/<protocol>  [aliases...]   [#<comment>]\r
\r
echo                7/tcp\r
discard             9/udp    sink null\r
domain             53/tcp                           #Domain Name Server\r
https             443/udp    MCom                   #HTTP over TLS/SSL\r
"""


def one_entry(line: str) -> ServiceEntry:
    read = parse_services(line)
    assert read.diagnostics == ()
    (entry,) = read.entries
    return entry


def one_error(line: str) -> tuple[int, str]:
    read = parse_services(line)
    assert read.entries == ()
    (diagnostic,) = read.diagnostics
    assert (diagnostic.severity, diagnostic.code) == (Severity.ERROR, "services-line")
    assert diagnostic.line == 1
    assert line.startswith(diagnostic.source)
    return diagnostic.column, diagnostic.message


class TestGrammar:
    @given(damaged_lines)
    def test_both_forms_agree_on_every_line(self, line: str) -> None:
        compiled = grammar.LINE.re.match(line)
        try:
            tokens = grammar.line().parse_string(line, parse_all=True)
        except pp.ParseBaseException:
            assert compiled is None
        else:
            assert compiled is not None
            fields = {
                key: value for key, value in compiled.groupdict().items() if value is not None
            }
            if fields:
                fields["aliases"] = fields["aliases"].split()
            assert fields == tokens.as_dict()

    @given(entries.map(str), blanks, comments)
    def test_both_forms_accept_what_str_writes(self, line: str, blank: str, comment: str) -> None:
        for text in (line, f"{blank}{line}{blank}", line + comment):
            assert grammar.LINE.re.match(text) is not None
            assert (
                grammar.line().parse_string(text, parse_all=True)["name"]
                == line.split(maxsplit=1)[0]
            )

    def test_two_grammars_share_no_state(self) -> None:
        first, second = grammar.line(), grammar.line()
        first.add_parse_action(lambda: "changed")
        assert second.parse_string("ssh 22/tcp")["name"] == "ssh"

    def test_pyparsings_own_white_space_is_left_alone(self) -> None:
        assert pp.Word("a").whiteChars == set(" \n\t\r")


class TestEntries:
    @pytest.mark.parametrize(
        "line",
        [
            "http 80/tcp www",
            "http\t80/tcp\twww\t# comment",
            "  http 80 / tcp www#comment",
            "http 80,tcp www",
            "http 80/TCP www  ",
            "\fhttp\v80/tcp www",
            "http 0080/tcp www # Größe, 価格, \x85\u2028",
        ],
    )
    def test_spacing_case_and_comments_say_nothing(self, line: str) -> None:
        assert one_entry(line) == ServiceEntry("http", 80, "tcp", ("www",))

    @pytest.mark.parametrize(
        "name", ["whois++", "sql*net", "cl/1", "914c/g", "z39.50", "dec_dlm", "3com-tsmux", "X"]
    )
    def test_names_beyond_rfc_6335_are_taken(self, name: str) -> None:
        assert one_entry(f"{name} 1/tcp").name == name

    def test_an_alias_may_lack_a_letter(self) -> None:
        """The file of nmap has a frequency in the place of the first alias."""
        assert one_entry("ssh 22/tcp 0.182286").aliases == ("0.182286",)

    def test_a_protocol_without_ports_of_its_own_in_netstat_is_kept(self) -> None:
        assert one_entry("rtmp 1/ddp # AppleTalk").protocol == "ddp"

    @pytest.mark.parametrize("port", [1, 9, 10, 999, 9999, 10000, 59999, 60000, 65535])
    def test_every_port_is_taken(self, port: int) -> None:
        assert one_entry(f"x {port}/udp").port == port

    @pytest.mark.parametrize(
        "values",
        [
            ("", 1, "tcp", ()),
            ("two words", 1, "tcp", ()),
            ("22", 1, "tcp", ()),
            ("x#", 1, "tcp", ()),
            ("x\n", 1, "tcp", ()),
            ("x", 0, "tcp", ()),
            ("x", 65536, "tcp", ()),
            ("x", 1, "", ()),
            ("x", 1, "6", ()),
            ("x", 1, "tcp", ("",)),
            ("x", 1, "tcp", ("é",)),
        ],
    )
    def test_no_entry_can_be_made_that_a_file_cannot_hold(
        self, values: tuple[str, int, str, tuple[str, ...]]
    ) -> None:
        with pytest.raises(ValueError, match="must"):
            ServiceEntry(*values)

    def test_the_line_is_no_part_of_equality(self) -> None:
        assert ServiceEntry("x", 1, "tcp", line=1) == ServiceEntry("x", 1, "tcp", line=2)

    def test_doubles_and_order_are_kept(self) -> None:
        read = parse_services("b 1/tcp\na 1/tcp\nb 1/tcp\n")
        assert [(entry.name, entry.line) for entry in read.entries] == [
            ("b", 1),
            ("a", 2),
            ("b", 3),
        ]


class TestDiagnostics:
    @pytest.mark.parametrize(
        ("line", "column", "expected", "found"),
        [
            ("ssh", 4, PORT, "the end of line"),
            ("ssh # 22/tcp", 5, PORT, '"#"'),
            ("ssh 0/tcp", 5, PORT, '"0/tcp"'),
            ("ssh 65536/tcp", 5, PORT, '"65536/tcp"'),
            ("ssh tcp/22", 5, PORT, '"tcp/22"'),
            ("22/tcp ssh", 8, PORT, '"ssh"'),
            ("x\u00a01/tcp", 1, NAME, '"x\\xa01/tcp"'),
            ("  \xe9t\xe9 1/tcp", 3, NAME, '"\xe9t\xe9"'),
            ("22 22/tcp", 1, NAME, '"22"'),
            ("x11 6000-6063/tcp", 5, RANGE, '"6000-6063/tcp"'),
            ("x11 6000:6063/tcp", 5, RANGE, '"6000:6063/tcp"'),
            ("x11 6000 - 6063/tcp", 5, RANGE, '"6000"'),
            ("ssh 22", 7, SLASH, "the end of line"),
            ("ssh\t22\ttcp", 8, SLASH, '"tcp"'),
            ("ssh 22/", 8, PROTOCOL, "the end of line"),
            ("ssh 22/6", 8, PROTOCOL, '"6"'),
            ("ssh 22/tcp,udp", 8, PROTOCOL, '"tcp,udp"'),
            ("ssh 22/tcp \x1b[2K", 12, END, '"\\x1b[2K"'),
        ],
    )
    def test_a_damaged_line_says_where_and_what_was_expected(
        self, line: str, column: int, expected: str, found: str
    ) -> None:
        assert one_error(line) == (column, f"expected {expected}, found {found}")

    def test_a_damaged_line_costs_no_other(self) -> None:
        read = parse_services("ssh 22/tcp\nbad\n\nsmtp 25/tcp\n")
        assert [entry.line for entry in read.entries] == [1, 4]
        assert [diagnostic.line for diagnostic in read.diagnostics] == [2]

    def test_a_long_word_is_cut(self) -> None:
        assert len(one_error("\xe9" * 10_000)[1]) < 200

    def test_a_number_too_long_for_int_is_a_damaged_line(self) -> None:
        assert one_error(f"ssh {'0' * 10_000}22/tcp")[0] == 5

    @given(damaged_lines)
    def test_a_line_is_an_entry_or_a_diagnostic_or_holds_nothing(self, line: str) -> None:
        read = parse_services(line)
        empty = line.strip(" \t\v\f").startswith("#") or not line.strip(" \t\v\f")
        assert len(read.entries) + len(read.diagnostics) == (0 if empty else 1)

    @given(damaged_lines)
    def test_the_caret_is_inside_the_line_or_right_behind_it(self, line: str) -> None:
        for diagnostic in parse_services(line).diagnostics:
            assert 1 <= diagnostic.column <= len(line) + 1
            assert "\n" not in diagnostic.message


class TestTexts:
    def test_the_windows_file(self) -> None:
        read = parse_services(WINDOWS)
        assert read.diagnostics == ()
        assert read.entries == (
            ServiceEntry("echo", 7, "tcp"),
            ServiceEntry("discard", 9, "udp", ("sink", "null")),
            ServiceEntry("domain", 53, "tcp"),
            ServiceEntry("https", 443, "udp", ("MCom",)),
        )

    @pytest.mark.parametrize(
        "data",
        [
            b"\xef\xbb\xbfssh 22/tcp # \xc3\xa9",
            b"ssh 22/tcp # \xe9",
            b"\xef\xbb\xbfssh 22/tcp # \xe9",
            "\ufeffssh 22/tcp # \xe9\r\n".encode("utf-16-le"),
            "\ufeffssh 22/tcp # \xe9\r\n".encode("utf-16-be"),
            "\ufeffssh 22/tcp\r\n".encode("utf-16-le") + b"\n",
        ],
    )
    def test_bytes_of_any_encoding_that_editors_write(self, data: bytes) -> None:
        read = parse_services(data)
        assert read.entries == (ServiceEntry("ssh", 22, "tcp"),)
        assert read.diagnostics == ()

    @pytest.mark.parametrize("text", ["", "\n", "# only\n# remarks", "\ufeff", b""])
    def test_a_text_without_entries_is_an_empty_file(self, text: str | bytes) -> None:
        read = parse_services(text)
        assert (read.entries, read.diagnostics) == ((), ())

    @pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\r\r\n"])
    def test_lines_are_counted_as_an_editor_does(self, line_break: str) -> None:
        text = line_break.join(["# a\x0bb\x85c\u2028d", "ssh 22/tcp", "", "smtp 25/tcp", ""])
        assert [entry.line for entry in parse_services(text).entries] == [2, 4]

    @given(st.lists(entries))
    def test_print_then_parse_gives_the_same_entries(self, expected: list[ServiceEntry]) -> None:
        read = parse_services("".join(f"{entry}\n" for entry in expected))
        assert read.entries == tuple(expected)
        assert [entry.line for entry in read.entries] == list(range(1, len(expected) + 1))

    @given(
        st.lists(st.tuples(entries, noise_lines, blanks, st.one_of(st.just(""), comments))),
        line_breaks,
    )
    def test_comments_blanks_and_line_breaks_change_nothing(
        self, parts: list[tuple[ServiceEntry, str, str, str]], line_break: str
    ) -> None:
        lines = [
            line
            for entry, noise, blank, comment in parts
            for line in (noise, f"{blank}{entry}{blank}{comment}")
        ]
        read = parse_services("\ufeff" + line_break.join(lines))
        assert read.diagnostics == ()
        assert read.entries == tuple(entry for entry, *_ in parts)

    @given(st.lists(entries), st.lists(entries))
    def test_a_file_and_another_behind_it_give_the_entries_of_both(
        self, first: list[ServiceEntry], second: list[ServiceEntry]
    ) -> None:
        texts = ["".join(f"{entry}\n" for entry in part) for part in (first, second)]
        parts = [parse_services(text).entries for text in texts]
        assert parse_services("".join(texts)).entries == parts[0] + parts[1]

    @given(st.one_of(st.text(), st.binary()))
    def test_no_text_raises_and_what_was_read_can_be_written(self, text: str | bytes) -> None:
        read = parse_services(text)
        assert parse_services("\n".join(map(str, read.entries))).entries == read.entries

    @pytest.mark.skipif(not HOST_FILE.exists(), reason="the host has no services file")
    def test_the_file_of_this_host_is_read_whole(self) -> None:
        data = HOST_FILE.read_bytes()
        read = parse_services(data)
        assert read.diagnostics == ()
        uncommented = [line.partition(b"#")[0].split() for line in data.split(b"\n")]
        assert [
            [entry.name.encode(), f"{entry.port}/{entry.protocol}".encode()]
            for entry in read.entries
        ] == [line[:2] for line in uncommented if line]


class TestSpeed:
    @pytest.mark.parametrize(
        ("ending", "seconds"), [("", 1), ("-3", 5)], ids=["good", "all damaged"]
    )
    def test_ten_thousand_lines_are_a_matter_of_a_second(self, ending: str, seconds: int) -> None:
        """About 0.08 s and 0.3 s; the bounds leave room for a traced run on a slow machine."""
        text = "".join(
            f"name{port}\t\t{port}{ending}/tcp\talias{port} other\t# comment {port}\n"
            for port in range(1, 10_001)
        )
        start = time.process_time()
        read = parse_services(text)
        assert time.process_time() - start < seconds
        assert len(read.entries) + len(read.diagnostics) == 10_000

    @pytest.mark.parametrize(
        "text",
        [
            "x" * 200_000 + "\xe9",
            " " * 200_000 + "\xe9",
            "\r" * 200_000 + "\xe9",
            "x 1/tcp " + "x" * 200_000 + "\xe9",
            "x 1/tcp" + " " * 200_000 + "\xe9",
            "x " + "1" * 200_000 + "-",
        ],
        ids=["name", "indentation", "line breaks", "alias", "blanks", "port"],
    )
    def test_long_lines_take_time_in_proportion_to_their_length(self, text: str) -> None:
        start = time.process_time()
        assert len(parse_services(text).diagnostics) == 1
        assert time.process_time() - start < 2
