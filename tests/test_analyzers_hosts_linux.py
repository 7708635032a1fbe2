"""Whole Linux hosts: what an expert would read from captures of real machines.

Each host is one of `fixtures/linux`, whose README says what runs there.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from findings_text import describe, fates

from netstat_fw.analyzers import analyze
from netstat_fw.reader import parse

if TYPE_CHECKING:
    from netstat_fw.analyzers.findings import Findings

FIXTURES = Path(__file__).parent.parent / "fixtures" / "linux"


def findings_of(host: str, name: str = "netstat.txt") -> Findings:
    return analyze(parse((FIXTURES / host / name).read_bytes()))


HOSTS = {
    "seed_host": """
host 192.0.2.2 2001:db8::2; cannot prove: ADDRESSES
shut tcp/25 v4+v6 loopback sendmail certain asks Q_EXPOSE
open tcp/80 v4+v6 any apache2 certain peers 192.0.2.1
open tcp/443 v4+v6 any apache2 suggested beside 80
shut tcp/631 v4+v6 loopback cupsd certain asks Q_EXPOSE
open tcp/7722 v4+v6 any sshd certain admin peers 192.0.2.1
open udp/68 v4 any dhclient suggested from port 67
open udp/123 v4+v6 any ntpd medium
out  tcp/22 v4 ssh high peers 198.51.100.22
out  tcp/53 v4+v6 - policy
out  udp/53 v4+v6 - policy
out  udp/67 v4 dhclient high from port 68
out  udp/123 v4+v6 ntpd high
role udp/68 client dhclient high U5
role udp/123 both ntpd high U5
ask  Q_BACKUP
ask  Q_LOGGING
ask  Q_MONITORING
ask  Q_SMTP_OUT
ask  Q_SSH_OUT
ask  Q_UPDATES
know Q_NTP
risk HAZARD_TIME_SERVER warning udp/123
risk HAZARD_CLEARTEXT_WEB warning tcp/80
risk HAZARD_ADMIN_OPEN info tcp/7722
risk DYNAMIC_ADDRESS info
risk IPV6_PARALLEL info
""",
    "name_server": """
host 192.0.2.53 192.0.2.54 2001:db8::53; cannot prove: ADDRESSES
open tcp/22 v4+v6 any sshd certain admin
open tcp/53 v4+v6 any named high peers 192.0.2.1 2001:db8::1
shut tcp/953 v4+v6 loopback named certain asks Q_EXPOSE
open udp/53 v4+v6 any named high
out  tcp/53 v4+v6 - policy
out  udp/53 v4+v6 named high peers 203.0.113.53
role udp/53 server named high U5
role udp/* client named high U1
ask  Q_BACKUP
ask  Q_LOGGING
ask  Q_MONITORING
ask  Q_NTP
ask  Q_SSH_OUT
ask  Q_UPDATES
risk HAZARD_OPEN_RESOLVER warning tcp/53
risk HAZARD_OPEN_RESOLVER warning udp/53
risk HAZARD_ADMIN_OPEN info tcp/22
risk IPV6_PARALLEL info
""",
    "database_host": """
host 192.0.2.5; cannot prove: DATAGRAMS
open tcp/22 v4+v6 any sshd certain admin peers 192.0.2.1
open tcp/5432 v4 addresses postgres certain to 192.0.2.5 peers 192.0.2.1
shut tcp/6379 v4+v6 loopback redis-server certain asks Q_EXPOSE
out  tcp/53 v4+v6 - policy
out  udp/53 v4+v6 - policy
ask  Q_BACKUP
ask  Q_LOGGING
ask  Q_MONITORING
ask  Q_NTP
ask  Q_SSH_OUT
ask  Q_UPDATES
risk HAZARD_DATABASE critical tcp/5432
risk HAZARD_ADMIN_OPEN info tcp/22
risk IPV6_PARALLEL info
""",
    "container_host": """
host 192.0.2.30 198.51.100.1; cannot prove: -
open tcp/22 v4+v6 any sshd certain admin
open tcp/6379 v4 addresses redis-server certain to 198.51.100.1 peers 198.51.100.2
open tcp/8080 v4+v6 any docker-proxy certain peers 192.0.2.1
shut tcp/9000 v4+v6 loopback docker-proxy certain asks Q_EXPOSE
open udp/5514 v4+v6 any docker-proxy low asks Q_UDP_SERVER
out  tcp/53 v4+v6 - policy
out  tcp/80 v4 docker-proxy high peers 198.51.100.2
out  udp/53 v4+v6 - policy
role udp/5514 server docker-proxy low K7
ask  Q_BACKUP
ask  Q_LOGGING
ask  Q_MONITORING
ask  Q_NTP
ask  Q_SSH_OUT
ask  Q_UDP_SERVER udp/5514
know Q_UPDATES
risk HAZARD_DATABASE critical tcp/6379
risk HAZARD_OPEN_PROXY critical tcp/8080
risk HAZARD_CONTAINER_PUBLISHED warning tcp/8080
risk HAZARD_CONTAINER_PUBLISHED warning udp/5514
risk FIREWALL_MANAGER warning
risk HAZARD_ADMIN_OPEN info tcp/22
risk IPV6_PARALLEL info
""",
    "mail_host": """
host 192.0.2.25; cannot prove: DATAGRAMS
open tcp/22 v4+v6 any sshd certain admin
open tcp/25 v4 any master certain peers 192.0.2.1
open tcp/465 v4 any master suggested beside 25
open tcp/587 v4 any master suggested beside 25
out  tcp/25 v4 smtp certain peers 198.51.100.25 203.0.113.25
out  tcp/53 v4+v6 - policy
out  udp/53 v4+v6 - policy
ask  Q_BACKUP
ask  Q_LOGGING
ask  Q_MONITORING
ask  Q_NTP
ask  Q_SSH_OUT
ask  Q_UPDATES
know Q_SMTP_OUT
risk HAZARD_ADMIN_OPEN info tcp/22
risk IPV6_PARALLEL info
""",
    "localized_host": """
host 192.0.2.7; cannot prove: -
open tcp/22 v4+v6 any sshd certain admin
open tcp/8000 v4 addresses python3 certain to 192.0.2.7
out  tcp/22 v4 ssh high peers 198.51.100.22
out  tcp/53 v4+v6 - policy
out  tcp/443 v4 python3 certain unanswered peers 203.0.113.9
out  udp/53 v4+v6 python3 high peers 203.0.113.53
role udp/* client python3 high U1
ask  Q_BACKUP
ask  Q_LOGGING
ask  Q_MONITORING
ask  Q_NTP
ask  Q_SSH_OUT
ask  Q_UPDATES
risk HAZARD_ADMIN_OPEN info tcp/22
risk IPV6_PARALLEL info
""",
}


@pytest.mark.parametrize("host", HOSTS)
def test_what_a_host_needs(host: str) -> None:
    """All but what only a yes to the checklist would open."""
    assert describe(findings_of(host), asked=False) == HOSTS[host].strip()


def test_what_became_of_each_line_of_the_seed_host() -> None:
    findings = findings_of("seed_host")
    told = [
        f"{outcome.line} {fate}"
        for outcome, fate in zip(findings.outcomes, fates(findings), strict=True)
    ]
    assert told == SEED_LINES.strip().splitlines()


SEED_LINES = """
3 finding 2.2.2 LISTEN_ANY in tcp/7722
4 finding 2.2.5 LOOPBACK_ONLY in tcp/631
5 finding 2.2.5 LOOPBACK_ONLY in tcp/25
6 finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/22
7 finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/22
8 covered T4 OWN_LISTENER in tcp/7722
9 finding 2.2.3 LISTEN_ANY in tcp/80
10 finding 2.2.2 LISTEN_ANY in tcp/7722
11 finding 2.2.5 LOOPBACK_ONLY in tcp/631
12 covered T4 OWN_LISTENER in tcp/80
13 finding U5 DHCP_CLIENT out udp/67
14 finding U5 UDP_BOTH in udp/123
15 covered 2.2.6 LOOPBACK_EXPOSED in udp/123
16 finding U5 UDP_BOTH in udp/123
17 finding U5 UDP_BOTH in udp/123
18 finding U5 UDP_BOTH in udp/123
19 covered 2.2.6 LOOPBACK_EXPOSED in udp/123
20 finding U5 UDP_BOTH in udp/123
"""


def test_the_seed_host_without_programs_keeps_its_rules() -> None:
    """Captured by nobody: only names, and what names raise, are lost."""
    told = describe(findings_of("seed_host", "netstat_anp_nobody.txt"), asked=False)
    full = HOSTS["seed_host"].strip().splitlines()
    programs = ("apache2", "cupsd", "dhclient", "ntpd", "sendmail", "sshd", "ssh")
    anonymous = []
    for line in full[1:]:
        words = ["-" if word in programs else word for word in line.split(" ")]
        anonymous.append(" ".join(words))
    anonymous.insert(0, "host 192.0.2.2 2001:db8::2; cannot prove: PROGRAMS ADDRESSES")
    # An administrator's way in on an odd port is known by its program alone.
    lost = {" admin": "", "risk HAZARD_ADMIN_OPEN info tcp/7722\n": "", "ask  Q_SSH_OUT\n": ""}
    text = "\n".join(anonymous)
    for what, instead in lost.items():
        text = text.replace(what, instead)
    assert told == text
