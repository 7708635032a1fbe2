"""Terms: the closed vocabularies of findings.

The values are the words that plain data uses; they never change meaning.
"""

from __future__ import annotations

from netstat_fw.words import Word


class Basis(Word):
    """What a finding rests on."""

    LISTENER = "listener"
    """A captured listening socket."""
    CONNECTION = "connection"
    """Captured connections; for incoming ones no listener was captured."""
    DATAGRAM = "datagram"
    """A captured datagram socket and the role of its port."""
    KNOWLEDGE = "knowledge"
    """What nearly every host, or a captured service, needs; never seen itself."""
    COMPANION = "companion"
    """A port that usually goes with an exposed one; nothing listens there yet."""
    CHECKLIST = "checklist"
    """What a yes to an open question would add; never seen itself."""


class Stance(Word):
    """What an exposure asks for, before confidence and policy."""

    OPEN = "open"
    """Accept it as far as its confidence allows."""
    SHUT = "shut"
    """Put an explicit drop for it, in every profile, until the operator decides otherwise."""


class Scope(Word):
    """Which of the host's addresses an exposure answers on."""

    ANY = "any"
    """Every address of its families."""
    ADDRESSES = "addresses"
    """Only `Exposure.addresses`."""
    BRIDGE = "bridge"
    """Only `Exposure.addresses`, which belong to a container or VM bridge."""
    LINK_LOCAL = "link-local"
    """Only link-local addresses, 169.254.0.0/16 or fe80::/10; no literal is trusted."""
    GROUP = "group"
    """Only the multicast or broadcast `Exposure.addresses`."""
    UNNAMED = "unnamed"
    """One address that the capture cut short or shows as a name; never a literal."""
    LOOPBACK = "loopback"
    """Only this machine."""


class DualStack(Word):
    """How far a ``::`` bind also serves IPv4."""

    TWIN = "twin"
    """A 0.0.0.0 socket stands beside it: each serves its own family."""
    PROVEN = "proven"
    """An IPv4 peer is connected to it, or the protocol column says tcp46 or udp46."""
    ASSUMED = "assumed"
    """No twin, on a platform where ``::`` serves both unless told otherwise."""
    NONE = "none"
    """IPv6 only, by the platform's rule."""


class Role(Word):
    """What a datagram socket is for."""

    SERVER = "server"
    CLIENT = "client"
    BOTH = "both"
    MEMBER = "member"
    LOCAL = "local"
    UNDECIDED = "undecided"


class Risk(Word):
    """How bad an exposed service is."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Fate(Word):
    """What became of one captured socket."""

    FINDING = "finding"
    """It is part of a finding that speaks for a rule."""
    COVERED = "covered"
    """An exposure of the capture's own already covers it."""
    LOCAL = "local"
    """It never leaves the machine."""
    EXCLUDED = "excluded"
    """It gives no rule; the reason says why."""
    QUESTION = "question"
    """Only the operator can say; a question asks."""
