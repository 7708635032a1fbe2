r"""Names that hosts print for ports and that the registry's table lacks, as a services file.

One line for each fact, its source behind it. The first name of a port is the one to show; it leaves
the registry's own in place unless a second name of the registry is the usual one.

IANA: the registry itself, which has several names for the port where the package keeps the last.
Debian: netbase 6.4. CentOS: setup 2.8.71. Windows: ``drivers\etc\services`` of Windows 10.
"""

NAMES = """\
discard         9/tcp       sink null                   # Debian, Windows
discard         9/udp       sink null                   # Debian, Windows
systat          11/tcp      users                       # Debian, Windows
qotd            17/tcp      quote                       # Debian, Windows
chargen         19/tcp      ttytst source               # Debian, Windows
chargen         19/udp      ttytst source               # Debian, Windows
smtp            25/tcp      mail                        # Debian, Windows
time            37/tcp      timserver                   # Debian, Windows
time            37/udp      timserver                   # Debian, Windows
rlp             39/udp      resource                    # CentOS, Windows
nameserver      42/tcp      name                        # CentOS, Windows
nameserver      42/udp      name                        # CentOS, Windows
nicname         43/tcp      whois                       # Debian, Windows
bootps          67/udp      dhcps                       # Windows
bootpc          68/udp      dhcpc                       # CentOS, Windows
http            80/tcp      www www-http                # IANA; http: RFC 9110 4.2.1
http            80/udp      www www-http                # IANA
kerberos        88/tcp      kerberos5 krb5 kerberos-sec # Debian, Windows
kerberos        88/udp      kerberos5 krb5 kerberos-sec # Debian, Windows
hostname        101/tcp     hostnames                   # CentOS, Windows
iso-tsap        102/tcp     tsap                        # Debian
pop2            109/tcp     postoffice pop-2            # CentOS, Windows
pop3            110/tcp     pop-3                       # Debian
sunrpc          111/tcp     portmapper rpcbind portmap  # Debian, CentOS, Windows
sunrpc          111/udp     portmapper rpcbind portmap  # Debian, CentOS, Windows
auth            113/tcp     authentication tap ident    # Debian, Windows
nntp            119/tcp     readnews untp usenet        # Debian, Windows
epmap           135/tcp     loc-srv                     # Debian, Windows
epmap           135/udp     loc-srv                     # Windows
netbios-ns      137/udp     nbname                      # Windows
netbios-dgm     138/udp     nbdatagram                  # Windows
netbios-ssn     139/tcp     nbsession                   # Windows
imap            143/tcp     imap2 imap4                 # Debian, Windows
snmptrap        162/udp     snmp-trap                   # Debian, Windows
z39.50          210/tcp     z3950 wais                  # Debian, CentOS
submissions     465/tcp     urd smtps ssmtp             # IANA (urd), Debian
isakmp          500/udp     ike                         # Windows
biff            512/udp     comsat                      # Debian, Windows
who             513/udp     whod                        # Debian, Windows
shell           514/tcp     cmd                         # Debian, Windows
printer         515/tcp     spooler                     # Debian
router          520/udp     route routed                # Debian, Windows
timed           525/udp     timeserver                  # CentOS, Windows
uucp            540/tcp     uucpd                       # Debian, Windows
kshell          544/tcp     krcmd                       # Debian, Windows
remotefs        556/tcp     rfs rfs_server              # CentOS, Windows
nntps           563/tcp     snntp                       # Debian
submission      587/tcp     msa                         # CentOS
ipp             631/tcp     ipps                        # IANA; ipp: RFC 8010 4.2
ipp             631/udp     ipps                        # IANA
spamd           783/tcp                                 # Debian
rquotad         875/udp                                 # CentOS
sightline       1645/udp    datametrics old-radius      # Debian
sa-msg-port     1646/udp    old-radacct                 # Debian
l2tp            1701/udp    l2f                         # Debian, Windows
radius-acct     1813/tcp    radacct                     # Debian
radius-acct     1813/udp    radacct                     # Debian
gds_db          3050/tcp    gds-db                      # Debian
ndl-aas         3128/tcp    squid                       # CentOS
icpv2           3130/udp    icp                         # Debian
stun            3478/tcp    turn stun-behavior          # IANA; RFC 8489 18.6
stun            3478/udp    turn stun-behavior          # IANA; RFC 8489 18.6
svn             3690/tcp    subversion                  # Debian
munin           4949/tcp    lrrd                        # Debian
sips            5061/tcp    sip-tls                     # Debian
xmpp-client     5222/tcp    jabber-client               # Debian
xmpp-server     5269/tcp    jabber-server               # Debian
stuns           5349/tcp    turns stun-behaviors        # IANA; RFC 8489 18.6
postgresql      5432/tcp    postgres                    # Debian
x11             6000/tcp    x11-0                       # Debian
x11-1           6001/tcp                                # Debian
x11-2           6002/tcp                                # Debian
x11-3           6003/tcp                                # Debian
x11-4           6004/tcp                                # Debian
x11-5           6005/tcp                                # Debian
x11-6           6006/tcp                                # Debian
x11-7           6007/tcp                                # Debian
x11             6010/tcp    x11-ssh-offset              # CentOS
sane-port       6566/tcp    sane saned                  # Debian
ircd            6667/tcp                                # Debian
font-service    7100/tcp    xfs                         # Debian
http-alt        8080/tcp    webcache                    # Debian
pdl-datastream  9100/tcp    jetdirect hp-pdl-datastr    # CentOS
ndmp            10000/tcp   webmin                      # Debian
sgi-cmsd        17001/udp                               # Debian
sgi-crsd        17002/udp                               # Debian
sgi-gcd         17003/udp                               # Debian
sgi-cad         17004/tcp                               # Debian
"""
