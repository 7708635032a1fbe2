"""Whole hosts of other kinds: a desktop, a capture without -a, a Windows server, a macOS laptop.

Their captures are written by hand in the tools' columns, with addresses for documentation.
"""

from __future__ import annotations

import pytest
from findings_text import describe, fates

from netstat_fw.analyzers import analyze
from netstat_fw.reader import parse

DESKTOP = """Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
tcp        0      0 127.0.0.53:53           0.0.0.0:*               LISTEN      512/systemd-resolve
tcp        0      0 0.0.0.0:5355            0.0.0.0:*               LISTEN      512/systemd-resolve
tcp        0      0 127.0.0.1:631           0.0.0.0:*               LISTEN      900/cupsd
tcp        0      0 192.0.2.40:44312        203.0.113.80:443        ESTABLISHED 2201/firefox
tcp        0      0 192.0.2.40:44318        203.0.113.81:443        ESTABLISHED 2201/firefox
tcp6       0      0 ::1:631                 :::*                    LISTEN      900/cupsd
tcp6       0      0 :::5355                 :::*                    LISTEN      512/systemd-resolve
tcp6       0      0 2001:db8::40:51234      2001:db8:1::443:443     ESTABLISHED 2201/firefox
udp        0      0 192.0.2.40:68           192.0.2.1:67            ESTABLISHED 801/NetworkManager
udp        0      0 127.0.0.53:53           0.0.0.0:*                           512/systemd-resolve
udp        0      0 0.0.0.0:5353            0.0.0.0:*                           733/avahi-daemon: r
udp        0      0 0.0.0.0:5355            0.0.0.0:*                           512/systemd-resolve
udp        0      0 0.0.0.0:38812           0.0.0.0:*                           733/avahi-daemon: r
udp        0      0 0.0.0.0:631             0.0.0.0:*                           950/cups-browsed
udp        0      0 239.255.255.250:1900    0.0.0.0:*                           3100/rygel
udp        0      0 192.0.2.40:50123        203.0.113.80:443        ESTABLISHED 2201/firefox
udp        0      0 0.0.0.0:47001           0.0.0.0:*                           2201/firefox
udp        0      0 0.0.0.0:44444           0.0.0.0:*                           4100/zoom
udp6       0      0 fe80::200:5eff:fe00:546 :::*                                801/NetworkManager
udp6       0      0 :::5353                 :::*                                733/avahi-daemon: r
udp6       0      0 :::5355                 :::*                                512/systemd-resolve
raw6       0      0 :::58                   :::*                    7           801/NetworkManager
"""
DESKTOP_FINDINGS = """
host 192.0.2.40 2001:db8::40; cannot prove: ADDRESSES
shut tcp/53 v4+v6 loopback systemd-resolve certain asks Q_EXPOSE
shut tcp/631 v4+v6 loopback cupsd certain asks Q_EXPOSE
open tcp/5355 v4+v6 any systemd-resolve certain
shut udp/53 v4+v6 loopback systemd-resolve certain asks Q_EXPOSE
open udp/68 v4 any NetworkManager suggested from port 67
open udp/546 v6 link-local NetworkManager high from fe80::/10 from port 547
shut udp/631 v4 any cups-browsed high
shut udp/1900 v4 group rygel medium to 239.255.255.250
open udp/5353 v4+v6 group avahi-daemon medium to 224.0.0.251 ff02::fb
shut udp/5355 v4+v6 group systemd-resolve medium to 224.0.0.252 ff02::1:3
out  tcp/53 v4+v6 - policy
out  tcp/443 v4+v6 firefox high peers 203.0.113.80 203.0.113.81 2001:db8:1::443
out  udp/53 v4+v6 - policy
out  udp/67 v4 NetworkManager high from port 68 peers 192.0.2.1
out  udp/443 v4 firefox high peers 203.0.113.80
out  udp/547 v6 NetworkManager high from port 546 to ff02::1:2/128
out  udp/5353 v4+v6 avahi-daemon high to 224.0.0.251/32 ff02::fb/128
role udp/53 local systemd-resolve certain U4
role udp/68 client NetworkManager high U5
role udp/546 client NetworkManager high U5
role udp/631 server cups-browsed high U5
role udp/1900 member rygel high U5
role udp/5353 member avahi-daemon high U5
role udp/5355 member systemd-resolve high U5
role udp/* client avahi-daemon medium U7
role udp/* client firefox high U1
role udp/* client firefox medium U7
role udp/* client zoom medium U10
ask  Q_BACKUP
ask  Q_LOGGING
ask  Q_MONITORING
ask  Q_NTP
ask  Q_UDP_OUT udp of zoom
know Q_UPDATES
risk HAZARD_AMPLIFIER critical udp/1900
risk HAZARD_NAME_POISONING warning tcp/5355
risk HAZARD_NAME_POISONING warning udp/5355
risk MULTICAST_REPLIES info
risk DYNAMIC_ADDRESS info
risk IPV6_PARALLEL info
"""
DESKTOP_FATES = """
finding 2.2.11 LOOPBACK_ONLY in tcp/53
finding 2.2.2 LISTEN_ANY in tcp/5355
finding 2.2.5 LOOPBACK_ONLY in tcp/631
finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/443
finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/443
finding 2.2.5 LOOPBACK_ONLY in tcp/631
finding 2.2.2 LISTEN_ANY in tcp/5355
finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/443
finding U5 DHCP_CLIENT out udp/67
finding U4 LOOPBACK_ONLY in udp/53
finding U5 MDNS in udp/5353
finding U5 LLMNR in udp/5355
excluded U7 UDP_KNOWN_CLIENT role udp/*
finding U5 CUPS_BROWSING in udp/631
finding U5 SSDP in udp/1900
finding U1 UDP_CONNECTED_CLIENT out udp/443
excluded U7 UDP_KNOWN_CLIENT role udp/*
question U10 UDP_UNLISTED_HIGH ask Q_UDP_OUT udp of zoom
finding U5 DHCPV6_CLIENT out udp/547
finding U5 MDNS in udp/5353
finding U5 LLMNR in udp/5355
excluded - ICMP_SOCKET
"""

WITHOUT_A = """Active Internet connections (w/o servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
tcp        0      0 192.0.2.2:22            198.51.100.7:50122      ESTABLISHED 1551/sshd: root
tcp        0      0 192.0.2.2:45438         198.51.100.22:22        ESTABLISHED 1547/ssh
tcp        0      0 192.0.2.2:80            203.0.113.5:40012       TIME_WAIT   -
tcp        0      0 192.0.2.2:80            203.0.113.6:40013       ESTABLISHED 1483/apache2
tcp        0      0 127.0.0.1:34512         127.0.0.1:3306          ESTABLISHED 1490/php-fpm: pool
udp        0      0 192.0.2.2:40000         203.0.113.53:53         ESTABLISHED 1500/exim4
"""
WITHOUT_A_FINDINGS = """
host 192.0.2.2; cannot prove: LISTENERS
open tcp/22 v4 any sshd medium admin peers 198.51.100.7
open tcp/80 v4 any apache2 high peers 203.0.113.5 203.0.113.6
open tcp/443 v4 any apache2 suggested beside 80
out  tcp/22 v4 ssh medium peers 198.51.100.22
out  tcp/53 v4+v6 - policy
out  udp/53 v4+v6 exim4 high peers 203.0.113.53
role udp/* client exim4 high U1
ask  Q_BACKUP
ask  Q_DATABASE
ask  Q_LOGGING
ask  Q_MONITORING
ask  Q_NTP
ask  Q_SMTP_OUT
ask  Q_SSH_OUT
ask  Q_UPDATES
risk HAZARD_CLEARTEXT_WEB warning tcp/80
risk HAZARD_ADMIN_OPEN info tcp/22
"""
WITHOUT_A_FATES = """
finding T9 LISTED_PORT in tcp/22
finding T9 LISTED_PORT out tcp/22
finding T9 LISTED_PORT in tcp/80
finding T9 LISTED_PORT in tcp/80
local T1 LOCAL_TRAFFIC
finding U1 UDP_CONNECTED_CLIENT out udp/53
"""

WINDOWS = """
Active Connections

  Proto  Local Address          Foreign Address        State           PID
  TCP    0.0.0.0:80             0.0.0.0:0              LISTENING       4
 Can not obtain ownership information
  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       944
  RpcSs
 [svchost.exe]
  TCP    0.0.0.0:445            0.0.0.0:0              LISTENING       4
 Can not obtain ownership information
  TCP    0.0.0.0:3389           0.0.0.0:0              LISTENING       1180
  TermService
 [svchost.exe]
  TCP    0.0.0.0:5985           0.0.0.0:0              LISTENING       4
 Can not obtain ownership information
  TCP    0.0.0.0:49664          0.0.0.0:0              LISTENING       700
 [lsass.exe]
  TCP    0.0.0.0:49665          0.0.0.0:0              LISTENING       560
 [wininit.exe]
  TCP    127.0.0.1:1434         0.0.0.0:0              LISTENING       3020
 [sqlservr.exe]
  TCP    192.0.2.60:139         0.0.0.0:0              LISTENING       4
 Can not obtain ownership information
  TCP    192.0.2.60:3389        198.51.100.7:50123     ESTABLISHED     1180
  TermService
 [svchost.exe]
  TCP    192.0.2.60:50777       203.0.113.80:443       ESTABLISHED     2300
 [MsMpEng.exe]
  TCP    192.0.2.60:50778       203.0.113.80:443       TIME_WAIT       0
  TCP    [::]:80                [::]:0                 LISTENING       4
 Can not obtain ownership information
  TCP    [::]:135               [::]:0                 LISTENING       944
  RpcSs
 [svchost.exe]
  TCP    [::]:3389              [::]:0                 LISTENING       1180
  TermService
 [svchost.exe]
  TCP    [::]:49664             [::]:0                 LISTENING       700
 [lsass.exe]
  TCP    [::1]:49700            [::]:0                 LISTENING       2500
 [jhi_service.exe]
  UDP    0.0.0.0:123            *:*                                    1032
  W32Time
 [svchost.exe]
  UDP    0.0.0.0:3389           *:*                                    1180
  TermService
 [svchost.exe]
  UDP    0.0.0.0:5353           *:*                                    1400
  Dnscache
 [svchost.exe]
  UDP    0.0.0.0:5355           *:*                                    1400
  Dnscache
 [svchost.exe]
  UDP    0.0.0.0:50200          *:*                                    1400
  Dnscache
 [svchost.exe]
  UDP    127.0.0.1:58201        *:*                                    2600
  iphlpsvc
 [svchost.exe]
  UDP    192.0.2.60:137         *:*                                    4
 Can not obtain ownership information
  UDP    192.0.2.60:138         *:*                                    4
 Can not obtain ownership information
  UDP    192.0.2.60:1900        *:*                                    3300
  SSDPSRV
 [svchost.exe]
"""
WINDOWS_FINDINGS = """
host 192.0.2.60; cannot prove: -
open tcp/80 v4+v6 any - certain
open tcp/135 v4+v6 any svchost.exe low asks Q_RPC
open tcp/139 v4 addresses - certain to 192.0.2.60
open tcp/443 v4+v6 any - suggested beside 80
open tcp/445 v4 any - certain
shut tcp/1434 v4+v6 loopback sqlservr.exe certain asks Q_EXPOSE
open tcp/3389 v4+v6 any svchost.exe certain admin peers 198.51.100.7
open tcp/5985 v4 any - certain admin
open tcp/49152-65535 v4+v6 any lsass.exe/wininit.exe low asks Q_RPC
shut tcp/49700 v4+v6 loopback jhi_service.exe certain asks Q_EXPOSE
open udp/123 v4 any svchost.exe medium
open udp/137 v4 any - medium from 10.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16
open udp/138 v4 any - medium from 10.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16
shut udp/1900 v4 group svchost.exe medium to 239.255.255.250
open udp/3389 v4 any svchost.exe high
open udp/5353 v4 group svchost.exe medium to 224.0.0.251
shut udp/5355 v4 group svchost.exe medium to 224.0.0.252
out  tcp/53 v4+v6 - policy
out  tcp/443 v4 MsMpEng.exe high peers 203.0.113.80
out  udp/53 v4+v6 - policy
out  udp/123 v4 svchost.exe high
out  udp/137 v4 - high to 10.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16
out  udp/138 v4 - high to 10.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16
out  udp/5353 v4 svchost.exe high to 224.0.0.251/32
role udp/123 both svchost.exe high U5
role udp/137 both - high U5
role udp/138 both - high U5
role udp/1900 member svchost.exe high U5
role udp/3389 server svchost.exe high U6
role udp/5353 member svchost.exe high U5
role udp/5355 member svchost.exe high U5
role udp/* client svchost.exe medium U10
role udp/* local svchost.exe certain U4
ask  Q_BACKUP
ask  Q_DHCP
ask  Q_LOGGING
ask  Q_MONITORING
ask  Q_RPC
ask  Q_UDP_OUT udp of svchost.exe
know Q_UPDATES
know Q_NTP
risk HAZARD_FILE_SHARE critical tcp/139
risk HAZARD_FILE_SHARE critical tcp/445
risk HAZARD_REMOTE_SCREEN critical tcp/3389
risk HAZARD_CONTROL_API critical tcp/5985
risk HAZARD_AMPLIFIER critical udp/1900
risk HAZARD_TIME_SERVER warning udp/123
risk HAZARD_NAME_POISONING warning udp/137
risk HAZARD_NAME_POISONING warning udp/5355
risk HAZARD_CLEARTEXT_WEB warning tcp/80
risk DYNAMIC_RPC warning
risk HAZARD_ADMIN_OPEN info tcp/3389
risk HAZARD_ADMIN_OPEN info tcp/5985
risk MULTICAST_REPLIES info
risk IPV6_PARALLEL info
"""
WINDOWS_FATES = """
finding 2.2.2 LISTEN_ANY in tcp/80
question 2.2.2 LISTEN_ANY ask Q_RPC
finding 2.2.1 LISTEN_ANY in tcp/445
finding 2.2.2 LISTEN_ANY in tcp/3389
finding 2.2.1 LISTEN_ANY in tcp/5985
question K6 RPC_DYNAMIC ask Q_RPC
question K6 RPC_DYNAMIC ask Q_RPC
finding 2.2.5 LOOPBACK_ONLY in tcp/1434
finding 2.2.7 LISTEN_ADDRESS in tcp/139
covered T4 OWN_LISTENER in tcp/3389
finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/443
finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/443
finding 2.2.2 LISTEN_ANY in tcp/80
question 2.2.2 LISTEN_ANY ask Q_RPC
finding 2.2.2 LISTEN_ANY in tcp/3389
question K6 RPC_DYNAMIC ask Q_RPC
finding 2.2.5 LOOPBACK_ONLY in tcp/49700
finding U5 UDP_BOTH in udp/123
finding U6 UDP_BESIDE_TCP in udp/3389
finding U5 MDNS in udp/5353
finding U5 LLMNR in udp/5355
question U10 UDP_UNLISTED_HIGH ask Q_UDP_OUT udp of svchost.exe
local U4 LOOPBACK_CLIENT role udp/*
finding U5 NETBIOS in udp/137
finding U5 NETBIOS in udp/138
finding U5 SSDP in udp/1900
"""

MACOS = """Active Internet connections (including servers)
Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)
tcp4       0      0  192.0.2.70.50123       203.0.113.80.443       ESTABLISHED
tcp6       0      0  2001:db8::70.50124     2001:db8:1::443.443    ESTABLISHED
tcp4       0      0  192.0.2.70.50125       198.51.100.7.22        ESTABLISHED
tcp46      0      0  *.5000                 *.*                    LISTEN
tcp4       0      0  *.22                   *.*                    LISTEN
tcp6       0      0  *.22                   *.*                    LISTEN
tcp4       0      0  127.0.0.1.631          *.*                    LISTEN
tcp6       0      0  ::1.631                *.*                    LISTEN
tcp4       0      0  192.0.2.70.22          198.51.100.9.61000     ESTABLISHED
udp4       0      0  *.5353                 *.*
udp6       0      0  *.5353                 *.*
udp4       0      0  192.0.2.70.123         *.*
udp4       0      0  *.137                  *.*
udp4       0      0  *.138                  *.*
udp4       0      0  *.61234                *.*
udp4       0      0  *.*                    *.*
icm4       0      0  *.*                    *.*
"""
MACOS_FINDINGS = """
host 192.0.2.70 2001:db8::70; cannot prove: PROGRAMS
open tcp/22 v4+v6 any - certain admin peers 198.51.100.9
shut tcp/631 v4+v6 loopback - certain asks Q_EXPOSE
open tcp/5000 v4+v6 any - certain
open udp/123 v4 addresses - medium to 192.0.2.70
open udp/137 v4 any - medium from 10.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16
open udp/138 v4 any - medium from 10.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16
open udp/5353 v4+v6 group - medium to 224.0.0.251 ff02::fb
out  tcp/22 v4 - high peers 198.51.100.7
out  tcp/53 v4+v6 - policy
out  tcp/443 v4+v6 - high peers 203.0.113.80 2001:db8:1::443
out  udp/53 v4+v6 - policy
out  udp/123 v4 - high
out  udp/137 v4 - high to 10.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16
out  udp/138 v4 - high to 10.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16
out  udp/5353 v4+v6 - high to 224.0.0.251/32 ff02::fb/128
role udp/123 both - high U5
role udp/137 both - high U5
role udp/138 both - high U5
role udp/5353 member - high U5
role udp/* client - medium U10
ask  Q_BACKUP
ask  Q_LOGGING
ask  Q_MONITORING
ask  Q_SSH_OUT
ask  Q_UDP_OUT udp of unknown programs
know Q_UPDATES
know Q_NTP
risk HAZARD_TIME_SERVER warning udp/123
risk HAZARD_NAME_POISONING warning udp/137
risk HAZARD_ADMIN_OPEN info tcp/22
risk MULTICAST_REPLIES info
risk IPV6_PARALLEL info
"""
MACOS_FATES = """
finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/443
finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/443
finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/22
finding 2.2.3 LISTEN_ANY in tcp/5000
finding 2.2.2 LISTEN_ANY in tcp/22
finding 2.2.2 LISTEN_ANY in tcp/22
finding 2.2.5 LOOPBACK_ONLY in tcp/631
finding 2.2.5 LOOPBACK_ONLY in tcp/631
covered T4 OWN_LISTENER in tcp/22
finding U5 MDNS in udp/5353
finding U5 MDNS in udp/5353
finding U5 UDP_BOTH in udp/123
finding U5 NETBIOS in udp/137
finding U5 NETBIOS in udp/138
question U10 UDP_UNLISTED_HIGH ask Q_UDP_OUT udp of unknown programs
excluded - UDP_UNBOUND
excluded - ICMP_SOCKET
"""

HOSTS = {
    "desktop": (DESKTOP, DESKTOP_FINDINGS, DESKTOP_FATES),
    "without -a": (WITHOUT_A, WITHOUT_A_FINDINGS, WITHOUT_A_FATES),
    "windows": (WINDOWS, WINDOWS_FINDINGS, WINDOWS_FATES),
    "macos": (MACOS, MACOS_FINDINGS, MACOS_FATES),
}


@pytest.mark.parametrize("host", HOSTS)
def test_what_a_host_needs(host: str) -> None:
    """All but what only a yes to the checklist would open."""
    capture, expected, _ = HOSTS[host]
    assert describe(analyze(parse(capture)), asked=False) == expected.strip()


@pytest.mark.parametrize("host", HOSTS)
def test_what_became_of_each_socket(host: str) -> None:
    capture, _, expected = HOSTS[host]
    told = [each.rstrip() for each in fates(analyze(parse(capture)))]
    assert told == expected.strip().splitlines()
