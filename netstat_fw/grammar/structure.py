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
_MARGIN = r"[ \t>|]*"

INTERNET_TITLE = pp.Regex(rf"(?:{_INTERNET})(?:[ (].*)?")
"""Title of the one table of tcp, udp, raw and sctp sockets (net-tools main)."""

UNIX_TITLE = pp.Regex(rf"(?:{_UNIX}).*")
"""Title of the table of unix-domain sockets."""

UNIX_HEADER = pp.Regex(
    rf"{_MARGIN}(?:\S+ +(?:RefCnt|RefCpt|RefZäh|CntRef|Čítač|Mitu|ბმისრდნ) .*|Node-I del tipus.*"
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

PROGRAM_HEADER = pp.Regex(r".*\bPID/Program [nN]ame")
"""A header that announces programs; this column's name is never translated."""

BLUETOOTH_HEADER = pp.Regex(rf"{_MARGIN}Proto +Destination +Source .*")
"""Column headers of l2cap and rfcomm sockets (l2cap_info, rfcomm_info)."""

OTHER_TABLES = (
    (
        "a routing table",
        pp.Regex(
            rf"{_MARGIN}(?:Kernel IP(?:v6)? routing table|Kernel IP routing cache|Routing tables?"
            r"|IPv4 Route Table|IPv6 Route Table|Internet6?:\s*\Z|Destination\s+Gateway\s.*)"
        ),
    ),
    (
        "an interface table",
        pp.Regex(rf"{_MARGIN}(?:Kernel Interface table|Iface\s+MTU\s.*|Name\s+Mtu\s+Network\s.*)"),
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
        pp.Regex(rf"{_MARGIN}(?:IPv6/IPv4 Group Memberships|IPv4 Group Memberships)"),
    ),
    ("a masquerading table", pp.Regex(rf"{_MARGIN}IP masquerading entries")),
    (
        "a table of other sockets",
        pp.Regex(
            rf"{_MARGIN}(?:(?:Active|Aktive|Aktiva|Aktiivsed|Aktivní|稼働中の|Sòcols) ?"
            r"(?:IPX|AX\.25|X\.25|NET/ROM|ROSE|Bluetooth)\b.*|Sockets IPX .*"
            r"|Connexions Bluetooth .*|Registered kernel control modules"
            r"|Active (?:kernel (?:event|control)|NetworkDirect|Multipath|vsock|VSock|VSOCK)\b.*"
            r"|(?:pcb +)?Proto +Recv-Q +Send-Q +(?:vendor|unit|rxbytes)\b.*)"
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
    r"(?:.*[#$%>][ \t]*)?(?:(?:sudo|doas|LANG=\S*|LC_ALL=\S*|watch|ssh \S+)[ \t]+(?:-\S+[ \t]+)*)*"
    r"(?:\S*[/\\])?netstat(?:\.exe)?\b(?!:)(?:[ \t]+[-/|<>&\w.'\"*^$~+0-9]\S*)*[ \t]*\Z",
    flags=2,
)
"""An echoed command line, with or without the prompt before it."""

PROMPT = pp.Regex(
    r"[ \t]*(?:(?:\([^()]*\) ?)?\[?[\w.-]+\\?@[\w.-]+[^#$%>]*[#$%>]|(?:ba)?sh-[0-9.]+[#$]"
    r"|PS [A-Z]:\\[^>]*>|[A-Za-z]:\\[^>]*>|[#$%])(?:[ \t].*)?\Z"
)
"""A shell prompt, with or without a command behind it: sh, bash, cmd.exe, PowerShell."""

PAGER_MARK = pp.Regex(
    r"[ \t]*(?:-{2,}[ \t]?\w+[ \t]*(?:\([0-9]+%\)[ \t]*)?-{2,}(?:\([0-9]+%\))?|\(END\)|:|~|\^C|\.\.\.skipping\.*"
    r"|\[(?:\.{2,}|…)\]|…"
    r"|lines [0-9]+-[0-9]+.*|Press .* to continue.*|[-=_*#~.+|]{3,}|```\w*)[ \t]*\Z"
)
"""What ``more``, ``less``, an interrupt, a rule or a code fence leave in a paste."""

PAGER_PREFIX = pp.Regex(r"-{2,}[ \t]?[Mm]ore[ \t]?-{2,}(?:\([0-9]+%\))?[\b \t]*")
"""A ``--More--`` that was overwritten on the screen but stayed in the paste, before a row."""

REMARK = pp.Regex(
    r"(?:warning, got (?:bogus|duplicate) .{1,40} line\.|Warnung, fehlerhafte .{1,40}-Zeile\."
    r"|attention, ligne .{1,40} en erreur\.|varování, netstat '.{1,40}' řádek\."
    r"|netstat: no support for .{1,60} on this system\.|netstat: feature .{1,60} not supported\."
    r"|Please recompile .{1,120}|netstat: unsupported address family .{1,20}"
    r"|netstat: showing only processes with your user ID|netstat: can't scan /proc.{0,40}"
    r"|netstat: (?:can't open )?'?/proc/net/.{1,120}|/proc/net/.{1,40}: .{1,80}"
    r"|error parsing /proc/.{1,40}|SELinux is not enabled .{1,40}"
    r"|unexpected kind [0-9]+ which 0x[0-9a-f]+)[ \t]*\Z"
)
"""What netstat itself says on standard error; with ``2>&1`` it can stand inside a row."""

LIMITED_VIEW = pp.Regex(
    r"[ \t>]*(?:\(No info could be read for \"?-p\"?.*"
    r"|\(Not all processes could be identified, non-owned process info.*"
    r"|will not be shown, you would have to be root to see it all\.\).*"
    r"|\(No todos los procesos pueden ser identificados.*|no se mostrarán, necesita ser .*"
    r"|\(Es konnten nicht alle Prozesse identifiziert werden.*"
    r"|nicht-eigenen Prozessen werden nicht angezeigt.*"
    r"|\(Für \"-p\": geteuid\(\)=.*|\(Nem todos os processos puderam ser identificados.*"
    r"|\(Não foi possível ler informações para \"-p\".*"
    r"|\(Tous les processus ne peuvent être identifiés.*|\(Pas d'infos lues pour \"-p\".*"
    r"|\(Všechny procesy nemohly být identifikovány.*|\(Alla processer kan inte identifieras.*"
    r"|\(Mõnesid protsesse ei saanud identifitseerida.*|\(No es poden identificar tots els .*"
    r"|.?并非所有进程都能被检测到.*)\Z"
)
"""netstat's word that it ran without the privilege to see every program (net-tools -p)."""
