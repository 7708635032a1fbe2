"""Hypothesis strategies for sockets as a Linux kernel knows them, every field filled.

Names, hosts and paths are as wild as the layouts can carry: what a printed table cannot tell apart
for certain (a name that ends like a timer, a line break) is tested by itself.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from hypothesis import strategies as st
from printers_linux import TCP_WORDS, TIMER_WORDS

from netstat_fw.records import (
    Endpoint,
    Family,
    Process,
    Protocol,
    Socket,
    State,
    Timer,
    UnixSocket,
    UnixState,
    UnixType,
)

ANY4, ANY6 = Endpoint(IPv4Address(0)), Endpoint(IPv6Address(0))

ports = st.integers(1, 65_535)
services = st.sampled_from(("ssh", "http", "x11-2", "db-lsp", "afs3-vlserver", "dhcpv6-client"))
host_names = st.sampled_from(
    ("localhost", "ip6-localhost", "seedhost.example.net", "55a14df955d5", "a", "under_score")
)
ipv4 = st.one_of(
    st.sampled_from(("127.0.0.1", "192.0.2.2", "198.51.100.255")).map(IPv4Address),
    st.integers(0x0100_0000, 0xDFFF_FFFF).map(IPv4Address),
)
ipv6 = st.one_of(
    st.sampled_from(("::1", "2001:db8::1", "fe80::200:5eff:fe00:5301", "2001:db8::")).map(
        IPv6Address
    ),
    ipv4.map(lambda address: IPv6Address(f"::ffff:{address}")),
    st.integers(0x2000 << 112, (0x4000 << 112) - 1).map(IPv6Address),
)
# A program may call itself anything; "(" would let a name pass for a timer.
names = st.one_of(
    st.sampled_from(
        (None, "init", "sshd: /usr/sbin/sshd", "-bash", "[kworker/0:1]", "./gnb_du", "LISTEN",
         "1234/fake", "LISTEN 7/x y", "-", " lead", "a  b", "ESTABLISHED 0", "0.0.0.0:* LISTEN",
         "unix  2 [ ACC ]", "naïve", "流浪", "a>", "x:*", "tcp6", "a\tb")
    ),
    st.text(
        # Any blank but the plain one is what a page made of blanks, and is read as such.
        st.characters(
            codec="utf-8",
            exclude_categories=("C", "Z"),
            include_characters=" ",
            exclude_characters="(",
        ),
        max_size=24,
    ),
)  # fmt: skip
processes = st.none() | st.builds(
    Process, pid=st.integers(1, 4_194_304), name=names.map(lambda name: name or None)
)
users = st.from_regex(r"[a-z_][a-z0-9_-]{0,14}\+?|[0-9]{1,10}", fullmatch=True)
contexts = st.sampled_from(
    ("system_u:system_r:sshd_t:s0-s0:c0.c1023", "unconfined_u:unconfined_r:unconfined_t:s0",
     "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023", None,
     "system_u:system_r:a_type_with_a_name_of_more_than_fifty_characters_t:s0")
)  # fmt: skip
timers = st.builds(
    Timer,
    kind=st.sampled_from(TIMER_WORDS),
    seconds=st.integers(0, 999_999).map(lambda hundredths: hundredths / 100),
    retransmits=st.integers(0, 15),
    probes=st.integers(-1, 9),
)
queues = st.one_of(st.just(0), st.integers(0, 999_999))


@st.composite
def pairs(
    draw: st.DrawFn, family: Family, *, named: bool, connected: bool
) -> tuple[Endpoint, Endpoint]:
    """Draw both ends of a socket of a family; an unconnected one has no foreign address."""
    is_ipv4 = family is Family.IPV4
    addresses: st.SearchStrategy[IPv4Address | IPv6Address] = ipv4 if is_ipv4 else ipv6
    anywhere = ANY4 if is_ipv4 else ANY6

    def end(*, bound: bool) -> Endpoint:
        port = draw(ports)
        if named and draw(st.booleans()):
            host = draw(host_names)
            service = draw(st.none() | services)
            return Endpoint(None, None if service else port, None, host, service)
        address = draw(addresses) if bound else anywhere.address
        if named and draw(st.booleans()):
            return Endpoint(address, None, None, None, draw(services))
        return Endpoint(address, port)

    local = end(bound=connected or draw(st.booleans()))
    return local, end(bound=True) if connected else anywhere


@st.composite
def sockets(draw: st.DrawFn, *, named: bool = False) -> Socket:
    """Draw a TCP, UDP, UDP-Lite or raw socket."""
    protocol = draw(
        st.sampled_from((Protocol.TCP, Protocol.TCP, Protocol.UDP, Protocol.UDPLITE, Protocol.RAW))
    )
    family = draw(st.sampled_from(Family))
    if protocol is Protocol.TCP:
        state: State | None = draw(st.sampled_from(sorted(TCP_WORDS, key=lambda one: one.value)))
    else:
        state = draw(st.sampled_from((None, None, State.ESTABLISHED)))
    connected = state not in {None, State.LISTEN}
    if protocol is Protocol.RAW:
        named = False
    local, remote = draw(pairs(family, named=named, connected=connected))
    if protocol is Protocol.RAW:
        # What stands for the port is the number of a protocol; the other end has none.
        local = Endpoint(local.address, draw(st.integers(1, 255)))
        remote = Endpoint(remote.address)
    return Socket(
        protocol,
        family,
        local,
        remote,
        state,
        draw(processes),
        draw(queues),
        draw(queues),
        draw(users),
        draw(st.integers(0, 2**32 - 1)),
        draw(timers),
        security_context=draw(contexts),
    )


paths = st.one_of(
    st.none(),
    st.sampled_from(("/run/cups/cups.sock", "@/tmp/.X11-unix/X0", "@519f6", "private/pickup", "@")),
    st.from_regex(r"[/@][!-~]{1,30}(?: [!-~]{1,9})?", fullmatch=True),
)
unix_sockets = st.builds(
    UnixSocket,
    type=st.sampled_from([one for one in UnixType if one is not UnixType.UNKNOWN]),
    state=st.sampled_from([one for one in UnixState if one is not UnixState.UNKNOWN]),
    ref_count=st.integers(1, 99_999),
    flags=st.sampled_from(((), ("ACC",), ("W",), ("ACC", "W", "N"))),
    inode=st.integers(1, 2**32 - 1),
    process=st.none()
    | st.builds(
        Process,
        pid=st.integers(1, 4_194_304),
        name=st.from_regex(r"[!-~][ -~]{0,20}", fullmatch=True),
    ),
    path=paths,
)
"""Sockets of the unix domain; their columns can be told apart by width only where all is ASCII."""
