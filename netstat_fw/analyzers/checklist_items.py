"""Checklist items: what to ask, what raises it, what answers it.

Ports are cited from IANA's registry unless a comment says otherwise; names of programs are
beginnings, in lower case, as netstat prints them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.records import Dialect, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

Port: TypeAlias = tuple[Protocol, int]


@attrs.frozen
class Item:
    """One thing to ask.

    Attributes:
        code: code of the question.
        sentence: the question.
        answer: what can be said where the capture answers it.
        row: what asks for it: the article's requirement or the row of the knowledge rules.
        always: it is asked on every host.
        dialect: it is only about hosts whose netstat is of this dialect; None for all.
        programs: programs that raise it.
        ports: local ports that raise it, exposed or not.
        unless: local ports that make it pointless.
        answered_in: exposed local ports that answer it.
        answered_out: remote ports that answer it.
        answered_by: programs that answer it.
        suggests: remote ports that a yes would open.
    """

    code: str
    sentence: str
    answer: str
    row: str
    always: bool = False
    dialect: Dialect | None = None
    programs: tuple[str, ...] = ()
    ports: frozenset[Port] = frozenset()
    unless: frozenset[Port] = frozenset()
    answered_in: frozenset[Port] = frozenset()
    answered_out: frozenset[Port] = frozenset()
    answered_by: tuple[str, ...] = ()
    suggests: tuple[Port, ...] = ()


def _tcp(*ports: int) -> frozenset[Port]:
    return frozenset((Protocol.TCP, port) for port in ports)


def _udp(*ports: int) -> frozenset[Port]:
    return frozenset((Protocol.UDP, port) for port in ports)


def _ordered(ports: Iterable[Port]) -> tuple[Port, ...]:
    return tuple(sorted(ports, key=lambda port: (port[0].value, port[1])))


_WEB = _tcp(80, 443)
_MAIL = _tcp(25, 465, 587)
_SHARES = _tcp(139, 445, 2049)
_DIRECTORIES = _tcp(88, 389, 636, 3268, 3269) | _udp(88, 389)
# mysql, postgresql, mssql, oracle, mongodb, redis, cassandra
_DATABASES = _tcp(1433, 1521, 3306, 5432, 6379, 9042, 27017)
# amanda, bacula, NDMP, IBM Spectrum Protect, NetBackup, rsync, Veeam, Commvault
_BACKUPS = _tcp(
    873, 1500, 1501, 1556, 6160, 6162, 8400, 9101, 9102, 9103, 10000, 10080, 13724, 13782
)
# syslog; then by convention beats, gelf, fluentd, wazuh
_LOGS = _tcp(514, 601, 1514, 5044, 6514, 12201, 24224) | _udp(514, 1514, 12201)
# SNMP, Zabbix agent, NRPE, checkmk, munin, node exporter, NSClient++
_PROBES = _tcp(4949, 5666, 6556, 9100, 10050, 12489) | _udp(161)
# Zabbix server, statsd, graphite, NSCA, collectd, OTLP, SNMP traps
_REPORTS = _tcp(2003, 4317, 4318, 5667, 10051) | _udp(162, 2003, 8125, 25826)

ITEMS = (
    Item(
        "Q_UPDATES",
        "How does this machine get software updates: over HTTP, HTTPS, or from a file share?",
        "a connection to a web server may be how updates come",
        "S26",
        always=True,
        answered_out=_WEB,
        suggests=_ordered(_WEB),
    ),
    Item(
        "Q_SSH_OUT",
        "Will people who come in over ssh need to make connections from the command line?",
        "",
        "S27",
        programs=("sshd", "dropbear"),
        ports=_tcp(22),
        suggests=_ordered(_tcp(22)),
    ),
    Item(
        "Q_SMTP_OUT",
        "Does the mail program here deliver mail to other machines?",
        "mail is delivered to other machines",
        "S28",
        programs=("sendmail", "master", "exim", "smtpd", "qmail", "msmtpd", "nullmailer"),
        ports=_MAIL,
        answered_out=_MAIL,
        suggests=_ordered(_tcp(25)),
    ),
    Item(
        "Q_BACKUP",
        "How is this machine backed up? Nothing seen here listens for it, so does a program send"
        " it out?",
        "a backup service listens here or is connected to",
        "S29",
        always=True,
        answered_in=_BACKUPS,
        answered_out=_BACKUPS,
    ),
    Item(
        "Q_LOGGING",
        "Does this machine send its logs elsewhere?",
        "logs are sent elsewhere",
        "K4",
        always=True,
        answered_out=_LOGS,
        suggests=_ordered(_tcp(514, 6514) | _udp(514)),
    ),
    Item(
        "Q_NTP",
        "How does this machine keep its time?",
        "a time service is at work here",
        "K4",
        always=True,
        answered_in=_udp(123, 323),
        answered_out=_udp(123, 319) | _tcp(4460),
        answered_by=("ntpd", "chronyd", "systemd-timesyn", "openntpd", "ptp4l"),
        suggests=_ordered(_udp(123)),
    ),
    Item(
        # The DHCP client of Windows opens its socket for each request only, so that no netstat
        # shows it. Elsewhere it stays bound, or asks through a socket that no firewall filters.
        "Q_DHCP",
        "Does this machine get its address from DHCP? Windows shows no socket for that; without a"
        " rule for its requests the address is lost when its lease ends.",
        "a DHCP client is at work here",
        "K3",
        always=True,
        dialect=Dialect.WINDOWS,
        answered_in=_udp(68, 546),
        answered_out=_udp(67, 547),
        suggests=_ordered(_udp(67, 547)),
    ),
    Item(
        "Q_MONITORING",
        "Is this machine monitored, and by whom?",
        "a monitoring service listens here or is connected to",
        "K4",
        always=True,
        answered_in=_PROBES,
        answered_out=_REPORTS,
    ),
    Item(
        "Q_FILESHARE",
        "Does this machine use file shares of other machines?",
        "a file share of another machine is in use",
        "K4",
        programs=("rpc.statd", "rpcbind", "automount", "rpc.gssd", "rpc.idmapd"),
        ports=_tcp(111),
        answered_out=_SHARES,
        suggests=_ordered(_tcp(445, 2049)),
    ),
    Item(
        "Q_DIRECTORY",
        "Which LDAP or Active Directory servers does this machine ask?",
        "a directory server is asked",
        "K4",
        programs=("sssd", "nslcd", "winbindd", "adclient", "netlogon"),
        answered_out=_DIRECTORIES,
        suggests=_ordered(_tcp(88, 389, 636) | _udp(88, 389)),
    ),
    Item(
        "Q_DATABASE",
        "Which database does the application here use? None listens on this machine.",
        "a database on another machine is in use",
        "K4",
        programs=("php-fpm", "java", "gunicorn", "uwsgi", "puma", "tomcat"),
        unless=_DATABASES,
        answered_out=_DATABASES,
        suggests=_ordered(_tcp(1433, 1521, 3306, 5432)),
    ),
    Item(
        "Q_CLOUD_METADATA",
        "Does any program need the cloud's metadata service (169.254.169.254), which gives out"
        " credentials?",
        "",
        "K4",
        programs=(
            "cloud-init",
            "amazon-ssm",
            "ssm-agent",
            "google_guest",
            "google_osconfig",
            "waagent",
            "python3-waagen",
        ),
    ),
)
