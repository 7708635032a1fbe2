"""Decisions files: what they say, and what is said of those that cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw.errors import DecisionsError, NetstatFwError, RulesetError
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Choice,
    Decisions,
    Direction,
    OwnCompanions,
    PortChoice,
    PortSet,
    Protocol,
    RemoteKind,
    RemoteReference,
    Reply,
    Zone,
    read_decisions,
)

WHOLE = """\
ephemeral = "1024-65535"
pin-destinations = 3

[zones]
office = ["192.0.2.0/24", "2001:db8::/32"]
"North wing" = "198.51.100.7"

[[incoming]]
action = "accept"
port = ["tcp/22", "udp/60000-61000", "tcp/2222"]
program = "sshd"
service = "ssh"
from = ["zone:office", "server-group:jump", "user-group:staff", "203.0.113.9", "2001:db8:1::/48"]
log = true
comment = "as agreed"

[[outgoing]]
action = "reject"
port = "esp"
to = "any"

[[incoming]]
action = "drop"
from = "zone:North wing"

[answers]
Q_UPDATES = true
"Q_EXPOSE tcp/25" = false
Q_BACKUP = "rsync, from the zone office"

[companions]
"tcp/80" = ["tcp/443", "udp/443"]
"tcp/25" = []
"""
OFFICE = Zone("office", AddressSet(["192.0.2.0/24", "2001:db8::/32"]))


def test_a_whole_file() -> None:
    decisions = read_decisions(WHOLE, "site.toml")
    accept, drop, reject = decisions.choices
    assert accept == Choice(
        direction=Direction.INCOMING,
        action=Action.ACCEPT,
        ports=(
            PortChoice(Protocol.TCP, PortSet([22, 2222])),
            PortChoice(Protocol.UDP, PortSet([(60000, 61000)])),
        ),
        program="sshd",
        service="ssh",
        remotes=(
            RemoteReference(RemoteKind.ZONE, "office"),
            RemoteReference(RemoteKind.SERVER_GROUP, "jump"),
            RemoteReference(RemoteKind.USER_GROUP, "staff"),
            AddressSet(["203.0.113.9", "2001:db8:1::/48"]),
        ),
        log=True,
        comment="as agreed",
    )
    assert (drop.action, drop.is_broad) == (Action.DROP, True)
    assert reject == Choice(
        direction=Direction.OUTGOING, action=Action.REJECT, ports=(PortChoice(Protocol.ESP),)
    )
    assert [choice.line for choice in decisions.choices] == [8, 22, 17]
    assert decisions.zones == (OFFICE, Zone("North wing", AddressSet(["198.51.100.7"])))
    assert decisions.replies == (
        Reply("Q_UPDATES", True),  # noqa: FBT003 - the answer is yes
        Reply("Q_EXPOSE tcp/25", False),  # noqa: FBT003 - the answer is no
        Reply("Q_BACKUP", "rsync, from the zone office"),
    )
    assert [reply.line for reply in decisions.replies] == [27, 28, 29]
    assert decisions.companions == (
        OwnCompanions(Protocol.TCP, 80, ((Protocol.TCP, 443), (Protocol.UDP, 443))),
        OwnCompanions(Protocol.TCP, 25, ()),
    )
    assert [own.line for own in decisions.companions] == [32, 33]
    assert (decisions.ephemeral, decisions.pin_destinations) == ((1024, 65535), 3)
    assert decisions.where(17) == "site.toml, line 17"


def test_an_empty_file_decides_nothing() -> None:
    assert read_decisions("", "d") == Decisions(name="d")
    assert read_decisions("# only a remark\r\n", "d") == Decisions(name="d")


def test_a_byte_order_mark_is_no_key_s_part() -> None:
    assert read_decisions("\ufeffpin-destinations = 3").pin_destinations == 3


@pytest.mark.parametrize(("text", "written"), [
    ('action = "accept"\nport = "tcp/22"', "accept tcp/22"),
    ('action = "drop"\nport = ["tcp/22", "udp/53"]\nfrom = "192.0.2.1"',
     "drop tcp/22, udp/53 from 192.0.2.1"),
    ('action = "reject"\nprogram = "a\\u001b[2Kb"', "reject everything of program a\\x1b[2Kb"),
])  # fmt: skip
def test_a_choice_writes_itself_for_a_reader(text: str, written: str) -> None:
    assert str(read_decisions(f"[[incoming]]\n{text}").choices[0]) == written


INCOMING = '[[incoming]]\naction = "accept"\n'
REFUSED = {
    # What is wrong, and the message behind the name of the file.
    "zone = 1": "line 1, zone: unknown key; known here: zones, incoming, outgoing, answers,"
    " companions, ephemeral, pin-destinations",
    "zones = 1": "line 1, zones: is to be a table",
    "[zones]\n\noffice = '192.0.2.1/24'": "line 3, zones.office: 192.0.2.1/24 has host bits set",
    "[zones]\noffice = []": "line 2, zones.office: an address set is never empty; a rule for any"
    " address has none",
    "[zones]\noffice = 7": "line 2, zones.office: is to be a text, or a list of texts",
    "[zones]\noffice = ['192.0.2.1', 7]": "line 2, zones.office: is to be a text, or a list of"
    " texts",
    "[zones]\n' x' = '192.0.2.1'": "line 2, zones. x: name ' x' is empty, padded or not printable",
    "[zones]\nx = 'example.com'": "line 2, zones.x: 'example.com' does not appear to be an IPv4 or"
    " IPv6 network",
    "incoming = 1": "line 1, incoming: is to be written as [[incoming]]",
    "incoming = ['x']": "line 1, incoming[1]: is to be a table",
    "[[incoming]]\nport = 'tcp/1'": "line 1, incoming[1]: lacks its action: accept, drop or reject",
    "[[incoming]]\naction = 'allow'": "line 2, incoming[1].action: 'allow' is none of accept, drop,"
    " reject",
    "[[incoming]]\naction = 1": "line 2, incoming[1].action: is to be a text",
    '[[incoming]]\naction = "drop"': "line 1, incoming[1]: says neither which traffic it is for nor"
    " whose",
    INCOMING + 'from = "any"': "line 1, incoming[1]: says neither which traffic it is for nor"
    " whose",
    INCOMING + 'to = "192.0.2.1"': "line 3, incoming[1].to: unknown key; known here: action, port,"
    " program, service, from, log, comment",
    '[[outgoing]]\naction = "drop"\nfrom = "192.0.2.1"': "line 3, outgoing[1].from: unknown key;"
    " known here: action, port, program, service, to, log, comment",
    INCOMING + "port = 22": "line 3, incoming[1].port: is to be a text, or a list of texts",
    INCOMING + "port = []": "line 3, incoming[1].port: is to name a port, such as tcp/22",
    INCOMING + 'port = "22"': "line 3, incoming[1].port: '22' is none of tcp, udp, udplite, sctp,"
    " dccp, raw, icmp, icmpv6, igmp, esp, ah, divert",
    INCOMING + 'port = "tcp"': "line 3, incoming[1].port: which ports of tcp?",
    INCOMING + 'port = "tcp/"': "line 3, incoming[1].port: '' is no port and no range such as"
    " 6000-6063",
    INCOMING + 'port = "tcp/0"': "line 3, incoming[1].port: 0 is no port or port range between 1"
    " and 65535",
    INCOMING + 'port = "tcp/ssh"': "line 3, incoming[1].port: 'ssh' is no port and no range such as"
    " 6000-6063",
    INCOMING + 'port = "esp/22"': "line 3, incoming[1].port: esp has no ports",
    INCOMING + 'port = "icmp"': "line 3, incoming[1].port: icmp is not for decisions: the base"
    " rules accept what every host needs of it",
    INCOMING + 'port = "raw"': "line 3, incoming[1].port: raw is not for decisions: it is a kind of"
    " socket, which no packet carries",
    INCOMING + "program = ''": "line 3, incoming[1].program: is to be a text",
    INCOMING + "port = 'tcp/1'\nlog = 1": "line 4, incoming[1].log: is to be true or false",
    INCOMING + "from = []": "line 3, incoming[1].from: an address set is never empty; a rule for"
    " any address has none",
    INCOMING + 'from = "zone:office"': "line 3, incoming[1].from: zone 'office' is not under"
    " [zones]",
    INCOMING + 'from = "zone:"': "line 3, incoming[1].from: zone '' is not under [zones]",
    INCOMING + 'from = "user-group: x"': "line 3, incoming[1].from: name ' x' is empty, padded or"
    " not printable",
    INCOMING + 'from = ["any", "192.0.2.1"]': "line 3, incoming[1].from: 'any' does not appear to"
    " be an IPv4 or IPv6 network",
    INCOMING + 'from = "group:x"': "line 3, incoming[1].from: 'group:x' does not appear to be an"
    " IPv4 or IPv6 network",
    INCOMING + "port = 'tcp/1'\n" + INCOMING + "x = 1": "line 6, incoming[2].x: unknown key; known"
    " here: action, port, program, service, from, log, comment",
    "[answers]\nupdates = true": "line 2, answers.updates: is to be the code of a question, such as"
    " Q_UPDATES or 'Q_EXPOSE tcp/25'",
    "[answers]\nQ_X = 1": "line 2, answers.Q_X: is to be true for yes, false for no, or a text",
    "[companions]\nhttp = 'tcp/1'": "line 2, companions.http: 'http' is none of tcp, udp, udplite,"
    " sctp, dccp, raw, icmp, icmpv6, igmp, esp, ah, divert",
    "[companions]\n'tcp/80' = 'tcp/1-2'": "line 2, companions.tcp/80: 'tcp/1-2' is to be one port,"
    " such as tcp/443",
    "[companions]\n'esp' = 'tcp/1'": "line 2, companions.esp: 'esp' is to be one port, such as"
    " tcp/443",
    "ephemeral = 1": "line 1, ephemeral: is to be a text",
    "ephemeral = '1024'": "line 1, ephemeral: is to be a range of ports, such as 32768-60999",
    "ephemeral = '9-1'": "line 1, ephemeral: 9-1 is no port or port range between 1 and 65535",
    "pin-destinations = -1": "line 1, pin-destinations: is to be a whole number, 0 or more",
    "pin-destinations = true": "line 1, pin-destinations: is to be a whole number, 0 or more",
    "pin-destinations = '1'": "line 1, pin-destinations: is to be a whole number, 0 or more",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_wrong_is_said_with_file_line_and_key(text: str) -> None:
    with pytest.raises(DecisionsError) as error:
        read_decisions(text, "d.toml")
    assert str(error.value) == f"d.toml, {REFUSED[text]}"


@pytest.mark.parametrize(("text", "place"), [
    ("a = 1\nb c = 2", "line 2, column 3"), ("a = 1\na = 2\n", "line 2, column 6"),
    ("\n\na = [", "line 3, end of document"),
])  # fmt: skip
def test_what_is_no_toml_is_said_with_file_and_place(text: str, place: str) -> None:
    with pytest.raises(DecisionsError, match=rf"^d\.toml, {place}: \w+"):
        read_decisions(text, "d.toml")


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "1" * 10_000])
def test_monstrous_files_are_refused_like_others(text: str) -> None:
    with pytest.raises(DecisionsError, match=r"^d\.toml"):
        read_decisions(text, "d.toml")


def test_a_key_of_too_many_parts_is_refused_before_it_is_parsed() -> None:
    deep = ".".join("a" * 200_000)
    with pytest.raises(DecisionsError) as error:
        read_decisions(f"[answers]\n{deep} = 1", "d.toml")
    assert str(error.value) == "d.toml, line 2: a key of more than 16 parts"


def test_an_error_is_one_of_the_library_s_and_a_value_error() -> None:
    assert issubclass(DecisionsError, NetstatFwError)
    assert issubclass(DecisionsError, ValueError)


def test_a_complaint_forges_no_line_on_a_terminal() -> None:
    with pytest.raises(DecisionsError) as error:
        read_decisions('"a\\u001b[2K\\nb" = 1', "d.toml")
    assert str(error.value).isprintable()


@given(st.text() | st.text("[]\"'={}#\n a.\\zones"))
def test_nothing_else_is_ever_raised(text: str) -> None:
    try:
        read_decisions(text)
    except DecisionsError as error:
        assert str(error).startswith("decisions.toml")  # noqa: PT017 - mostly it raises


def test_values_of_their_own_are_checked_too() -> None:
    with pytest.raises(RulesetError, match="divert is not for decisions"):
        PortChoice(Protocol.DIVERT)
    with pytest.raises(RulesetError, match="neither which traffic"):
        Choice(direction=Direction.INCOMING, action="drop")
    both = (PortChoice(Protocol.ESP), PortChoice(Protocol.ESP))
    choice = Choice(direction=Direction.INCOMING, action="drop", ports=both)
    assert choice.ports == (PortChoice(Protocol.ESP),)


@pytest.mark.parametrize("word", ["true", "No", "yes ", "off"])
def test_a_quoted_yes_or_no_is_no_note(word: str) -> None:
    with pytest.raises(DecisionsError, match="write true or false without quotes"):
        read_decisions(f'[answers]\nQ_UPDATES = "{word}"\n')
