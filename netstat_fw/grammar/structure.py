"""What stands around the rows of a table: titles, headers, prompts, pager marks, remarks.

Shape only. Nothing here is needed to read a row; it tells the expected surroundings of a table from
text that has no business there, marks where a table begins again, and names what a text without any
socket holds instead. Titles and headers of net-tools are translated; the words below are those of
its message catalogues and of distributions' language packs.
"""

from __future__ import annotations

import pyparsing as pp

_INTERNET = (
    r"Active Internet connections|"
    r"Current listen queue sizes|"
    r"Aktive Internetverbindungen|"
    r"Connexions Internet actives|"
    r"Connexions actives d'Internet|"
    r"Conexiones activas de Internet|"
    r"Connessioni Internet attive|"
    r"Conexões Internet Ativas|"
    r"Aktivní Internetová spojení|"
    r"Aktiivsed internetiühendused|"
    r"Aktiva internetanslutningar|"
    r"Активные соединения с интернетом|"  # noqa: RUF001 - Cyrillic
    r"稼働中のインターネット接続|"
    r"激活Internet连接|"
    r"ინტერნეტის აქტიური შეერთებები"
)
_UNIX = (
    r"Active UNIX domain sockets|"
    r"Active LOCAL \(UNIX\) domain sockets|"
    r"Aktive Sockets in der UNIX-Dom|"
    r"Sockets du domaine UNIX|"
    r"Sòcols de domini UNIX|"
    r"Activar zócalos de dominio UNIX|"
    r"Sockets? (?:attivi nel|in) dominio UNIX|"
    r"Domain sockets UNIX ativos|"
    r"Aktivní sokety domény UNIX|"
    r"Aktiivsed UNIX domeeni soklid|"
    r"Aktiva UNIX-domänuttag|"
    r"Активные сокеты домена UNIX|"
    r"稼働中のUNIXドメインソケット|"
    r"活跃的UNIX域套接字|"
    r"Unix-ის დომენის"
)
_MARGIN = r"[ \t>|]*+"

ROW_START = pp.Regex(
    rf"{_MARGIN}(?:(?i:tcp|udp)|unix|raw|sctp|dccp|\?\?|toe|icm|igm|pim|div|ip|rip|(?:0x)?[0-9a-f])"
)
"""What the first word of a row begins with, in any dialect; BSD may print a kernel address."""

ROW_LABEL = pp.Regex(
    rf"{_MARGIN}(?:(?:0x)?[0-9a-f]{{8,16}}[ \t]+(?:[0-9a-f]{{1,8}}[ \t]+)?)?"
    r"(?:(?:(?i:tcp|udp)(?:l|lite)?|raw|sctp|dccp|toe|icm|igm|pim|div|ip|rip)[46]{0,2}"
    r"|unix|\?\?|stream|dgram|seqpac)(?![^ \t])"
)
"""The whole first word of a row, in any dialect: no column header has such a word."""

TITLE_HINTS = (
    "nternet",
    "UNIX",
    "listen queue",
    "インターネット",
    "интернет",
    "ინტერნეტ",
    "Unix-ის",
)
"""One of these is in every title."""

INTERNET_TITLE = pp.Regex(rf"(?:{_INTERNET})(?:[ (].*)?")
"""Title of the one table of tcp, udp, raw and sctp sockets (net-tools main)."""

UNIX_TITLE = pp.Regex(rf"(?:{_UNIX}).*")
"""Title of the table of unix-domain sockets."""

UNIX_HEADER = pp.Regex(
    rf"{_MARGIN}(?:(?!Interface)\S+[ \t]+(?:RefCnt|RefCpt|RefZäh|CntRef|Čítač|Mitu|ბმისრდნ)[ \t].*"
    r"|Node-I del tipus.*"
    r"|Address +Type +Recv-Q +Send-Q .*)"
)
"""Column header of unix sockets: its second word is RefCnt in the tool's language (unix_info).

BSD begins it with ``Address Type`` (unixdomainpr).
"""

INTERNET_HEADER = pp.Regex(
    rf"{_MARGIN}(?:(?:(?:Tcpcb|PCB|Socket)[ \t]+(?:Flowhash[ \t]+)?)?"
    r"(?:Proto(?:colo)?|Протокол|პროტო)[ \t]+\S+[ \t]+\S+[ \t]+\S+[ \t]+\S.*"
    r"|(?:(?:Tcpcb|PCB|Socket)[ \t]+(?:Flowhash[ \t]+)?)?(?:Proto[ \t]+)?Listen[ \t]+Local .*)"
)
"""Column header of internet sockets: ``Proto Recv-Q Send-Q Local Address …``.

BSD puts ``Tcpcb`` or ``Socket Flowhash`` before it with ``-A``, and has one of its own for ``-L``.
"""

WIDE_HEADER = pp.Regex(r".*\bLocal Address {12,}Foreign Address {10,}")
"""A header whose address columns are wider than 24: RHEL 5/6, ``-W`` of BusyBox and toybox."""

WRAPPED_HEADER = pp.Regex(r"[ \t]*(?:State|User|Inode|PID/Program|Security|Timer|I-Node|Path)\b.*")
"""The last names of a header, on a line of their own."""

HEADER_END = pp.Regex(
    r"(?:.*[ \t])?(?:State|Inode|PID/Program[ \t]+[nN]ame|Security Context|Timer|Path)[ \t]*\Z"
)
"""A header that ends in a name which is not cut."""

CUT_HEADER = pp.Regex(
    r"[ \t>|]*+\S+ +(?:Recv-Q|RefCnt) [^<>]*(?:>|[ \t](?:" + "|".join(
        name[:end]
        for name in (
            "Foreign Address", "State", "User", "Inode", "PID/Program name", "PID/Program Name",
            "Security Context", "Timer", "I-Node", "Path",
        )
        for end in range(1, len(name))
    ) + r"))[ \t]*\Z"
)  # fmt: skip
"""A header whose last name the right edge of a screen cut; ``less -S`` marks it with ``>``."""

MARKED_HEADER = pp.Regex(rf"{_MARGIN}[^<>]*>\Z")
"""A header that ``less -S`` marked: the last column of every line as long is its ``>``."""

PROGRAM_HEADER = pp.Regex(r".*\bPID/Program[ \t]+[nN]ame")
"""A header that announces programs; this column's name is never translated."""

CONTEXT_HEADER = pp.Regex(r".*\bSecurity Context\b")
"""A header that announces SELinux contexts."""

BLUETOOTH_HEADER = pp.Regex(rf"{_MARGIN}Proto +Destination +Source .*")
"""Column headers of l2cap and rfcomm sockets (l2cap_info, rfcomm_info)."""

OTHER_TABLES = (
    (
        "a routing table",
        pp.Regex(
            rf"{_MARGIN}(?:Kernel IP(?:v6|X)? routing (?:table|cache)|Routing tables?"
            r"|Kernel IPv6 Neighbour Cache|Směrovací (?:tabulka|cache) v jádru|Cache sousedů v"
            r"|Kernel-IP(?:v6|X)?-Routen(?:tabelle|cache)|Kernel IPv6 Nachbarcache"
            r"|Tuuma IP(?:v6|X)? (?:ruutingu|naabrite)|(?:Table|cache) de routage IP"
            r"|Cache voisin IPv6|カーネルIP(?:v6|X)? ?(?:経路|近隣)|Tabela de [Rr]oteamento IP"
            r"|Cache de Vizinhos IPv6"
            r"|IPv4 Route Table|IPv6 Route Table|Internet6?:\s*\Z|Destination\s+Gateway\s.*)"
        ),
    ),
    (
        "an interface table",
        pp.Regex(
            rf"{_MARGIN}(?:Kernel Interface table|Tabulka rozhraní v jádru"
            r"|Kernel-Schnittstellentabelle|Tuuma liideste tabel|Table d'interfaces noyau"
            r"|カーネルインタフェーステーブル|Tabela de Interfaces do Kernel"
            r"|Iface\s+MTU\s.*|Name\s+Mtu\s+Network\s.*)"
        ),
    ),
    (
        "protocol statistics",
        pp.Regex(
            rf"{_MARGIN}(?:(?:Ip|Icmp|IcmpMsg|Tcp|Udp|UdpLite|TcpExt|IpExt|Ip6|Icmp6|Udp6|UdpLite6"
            r"|Sctp|MPTcpExt|tcp|udp|ip|icmp|ip6|icmp6):\s*\Z|(?:IPv[46]|TCP|UDP|ICMPv?[46]?)"
            r" Statistics.*|Interface Statistics.*)"
        ),
    ),
    (
        "a multicast group table",
        pp.Regex(
            rf"{_MARGIN}(?:(?:IPv6/)?IPv4 Group Memberships|Členství v IPv4 skupinách"
            r"|IPv4-Gruppenmitgliedschaften|IPv4 grupikuuluvused|IPv4グループメンバシップ)"
        ),
    ),
    (
        "a masquerading table",
        pp.Regex(
            rf"{_MARGIN}(?:IP masquerading entries|IP maskovací položky|IP-Maskierungseinträge"
            r"|IP maskeerimise kirjed|Entrées IP Masquerade|IPマスカレード エントリ"
            r"|Entradas de IP mascarado)"
        ),
    ),
    (
        "a table of other sockets",
        pp.Regex(
            rf"{_MARGIN}(?:(?:Active|Aktive|Aktiva|Aktiivsed|Aktivní|稼働中の|Sòcols) ?"
            r"(?:IPX|AX\.25|X\.25|NET/ROM|ROSE|Bluetooth)(?![A-Za-z]).*|Sockets IPX .*"
            r"|Connexions Bluetooth .*|Registered kernel control modules"
            r"|Active (?:kernel (?:event|control)|NetworkDirect|Multipath|vsock|VSock|VSOCK)\b.*"
            r"|(?:pcb +)?Proto +Recv-Q +Send-Q +(?:vendor|unit|rxbytes)\b.*"
            r"|Active SCTP associations\b.*|(?:Socket +)?Proto +Type +\S.*)"
        ),
    ),
)
"""Titles of tables that hold no internet or unix sockets, and what to call them."""

USAGE = pp.Regex(
    rf"{_MARGIN}(?:[Uu]sage: *(?:\S*/)?netstat\b.*|BusyBox v[0-9].*|netstat: (?:invalid|unknown|"
    r"illegal|unrecognized) option.*)"
)
"""netstat's own help, printed for an option that it does not know."""

COMMAND = pp.Regex(
    # The first netstat of the line decides, so that a line of many costs no more than one of few.
    r"(?i:(?>(?P<before>.*?)netstat)(?:\.exe)?(?![\w:])"
    # A first argument that is a mere word, its hyphen forgotten, is the only one; else it is prose.
    r"(?:[ \t]+(?:\w+(?=[ \t]*\Z)|[-/|<>&.'\"*^$~+0-9]\S*"
    r"(?:[ \t]+[-/|<>&\w.'\"*^$~+0-9]\S*)*))?[ \t]*\Z)"
)
"""An echoed command line: ``netstat``, its options, and what its output is piped into."""

BEFORE_COMMAND = pp.Regex(
    r"(?i:(?>(?:.*[#$%>])?)[ \t]*"
    r"(?:(?:sudo|doas|LANG=\S*|LC_ALL=\S*|watch|ssh \S+)[ \t]+(?:-\S+[ \t]+)*)*(?:\S*[/\\])?\Z)"
)
"""What may stand before the command: a prompt, ``sudo`` and the like, a path."""

PROMPT = pp.Regex(
    r"[ \t]*(?:(?:\([^()]*\) ?)?\[?[\w.-]+\\?@[\w.-][^#$%>]*[#$%>]|(?:ba)?sh-[0-9.]+[#$]"
    r"|PS [A-Z]:\\[^>]*>|[A-Za-z]:\\[^>]*>|[#$%])(?:[ \t].*)?\Z"
)
"""A shell prompt, with or without a command behind it: sh, bash, cmd.exe, PowerShell."""

PAGER_MARK = pp.Regex(
    r"[ \t]*(?:-{2,}[ \t]?\w+[ \t]*(?:\([0-9]+%\)[ \t]*)?-{2,}(?:\([0-9]+%\))?"
    r"|\(END\)|:|~|\^C|\.\.\.skipping\.*|\[(?:\.{2,}|…)\]|…"
    r"|lines [0-9]+-[0-9]+.*|Press .* to continue.*|[-=_*#~.+|]{3,}|```\w*)[ \t]*\Z"
)
"""What ``more``, ``less``, an interrupt, a rule or a code fence leave in a paste."""
