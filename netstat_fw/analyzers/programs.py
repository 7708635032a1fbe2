"""Programs: which names stand for clients, which for daemons.

Only ever a tie-break: a program chooses its name. Names compare in lower case and without ``.exe``.
"""

from __future__ import annotations

_CLIENTS = frozenset({
    "ssh", "scp", "sftp", "curl", "wget", "git", "git-remote-http", "git-remote-https", "firefox",
    "firefox-bin", "chrome", "chromium", "google-chrome", "msedge", "iexplore", "safari", "apt",
    "apt-get", "aptd", "dnf", "yum", "zypper", "packagekitd", "unattended-upgr", "mysql", "mariadb",
    "psql", "mongo", "mongosh", "redis-cli", "sqlplus", "telnet", "ftp", "lftp", "ncftp", "rsync",
    "nslookup", "dig", "host", "ping", "traceroute", "nmap", "whois", "thunderbird", "outlook",
    "teams", "slack", "zoom", "skype", "spotify", "dropbox", "onedrive", "steam", "pip", "pip3",
    "npm", "ldapsearch", "smbclient", "mount.nfs", "rdesktop", "xfreerdp", "mstsc", "vncviewer",
    "remmina", "aws", "gcloud", "az", "kubectl", "helm", "terraform", "ansible-playboo",
})  # fmt: skip
_DAEMONS = frozenset({
    "sshd", "sshd-session", "dropbear", "httpd", "apache2", "nginx", "lighttpd", "caddy", "haproxy",
    "envoy", "traefik", "squid", "varnishd", "mysqld", "mariadbd", "postgres", "postmaster",
    "mongod", "redis-server", "memcached", "oracle", "tnslsnr", "sqlservr", "named", "unbound",
    "dnsmasq", "nsd", "pdns_server", "sendmail", "master", "smtpd", "exim4", "dovecot", "imapd",
    "cyrus-master", "vsftpd", "proftpd", "pure-ftpd", "in.tftpd", "smbd", "nmbd", "nfsd", "rpcbind",
    "rpc.mountd", "rpc.statd", "slapd", "krb5kdc", "kadmind", "snmpd", "ntpd", "chronyd", "cupsd",
    "rsyslogd", "syslog-ng", "xinetd", "inetd", "telnetd", "radiusd", "asterisk", "openvpn",
    "charon", "pluto", "docker-proxy", "kubelet", "kube-apiserver", "etcd", "beam.smp", "epmd",
    "prometheus", "grafana", "node_exporter", "zabbix_agentd", "zabbix_server", "nrpe",
    "munin-node", "tor",
})  # fmt: skip
_DATAGRAM_CLIENTS = frozenset({
    "avahi-daemon", "systemd-resolve", "systemd-resolved", "systemd-timesyn", "systemd-timesyncd",
    "systemd-network", "systemd-networkd", "chronyd", "ntpd", "named", "unbound", "dnsmasq",
    "dhclient", "dhcpcd", "dhcpcd5", "networkmanager", "mdnsresponder", "rsyslogd", "syslog-ng",
    "firefox", "firefox-bin", "chrome", "chromium", "cups-browsed",
})  # fmt: skip
# Beginnings: what registers with the port mapper, and the mapper's own further port.
_RPC = ("rpc.", "rpcbind", "portmap", "mountd", "statd", "lockd", "nfsd", "ypbind", "ypserv")


def is_client(program: str) -> bool:
    """Tell whether a program is known for opening connections.

    >>> is_client("ssh"), is_client("sshd")
    (True, False)
    """
    return program.lower().removesuffix(".exe") in _CLIENTS


def is_daemon(program: str) -> bool:
    """Tell whether a program is known for waiting for connections."""
    return program.lower().removesuffix(".exe") in _DAEMONS


def is_rpc_program(program: str) -> bool:
    """Tell whether a program's ports are given to it by bindresvport(3) or by chance.

    >>> is_rpc_program("rpc.statd"), is_rpc_program("rpcbind")
    (True, True)
    """
    return program.lower().startswith(_RPC)


def is_datagram_client(program: str) -> bool:
    """Tell whether a program is known to query from a further UDP port of its own (row U7)."""
    return program.lower().removesuffix(".exe") in _DATAGRAM_CLIENTS
