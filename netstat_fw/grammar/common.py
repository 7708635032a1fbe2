"""Terminals that several netstat dialects share.

Each function returns a new `pp.Regex`, because pyparsing keeps parse actions and names on the
expression object and a shared one would leak them between grammars. The `pattern` of every terminal
is also a building block: a whole row is compiled from the same patterns, so that there is one
definition of each field. White space means blanks and tabs; a terminal never spans lines.
"""

from __future__ import annotations

import pyparsing as pp

BLANKS = r"[ \t]+"


def named(expression: pp.Regex, name: str) -> pp.Regex:
    """Word what an expression expects, for the error that a user reads."""
    expression.set_name(name)
    return expression


def terminal(pattern: str, name: str) -> pp.Regex:
    """Return a new expression for a pattern, named for a user."""
    return named(pp.Regex(pattern), name)


def ip_address() -> pp.Regex:
    """The characters of an IPv4 (RFC 791) or IPv6 (RFC 4291 2.2) address.

    Whether octets and groups add up is a question for `ipaddress`, not for a shape.
    """
    return terminal(r"[0-9A-Fa-f:.]+", "an IP address")


def zone() -> pp.Regex:
    """RFC 4007 11: an interface name or number behind a percent sign."""
    return terminal(r"[A-Za-z0-9_.:@~-]+?", "an IPv6 zone")


def host_name() -> pp.Regex:
    """Host name of a capture without ``-n``; underscores and container ids occur."""
    return terminal(r"[A-Za-z0-9_.-]+", "a host name")


def port_number() -> pp.Regex:
    """TCP or UDP port without leading zeros; that it is at most 65535 is no question of shape."""
    return terminal(r"(?:0|[1-9][0-9]{0,4})(?![A-Za-z0-9_.+-])", "a port from 0 to 65535")


def service_name() -> pp.Regex:
    """Name from a services file: RFC 6335 5.1 and, as files have them, ``_ . +`` and more length.

    At least one letter, which tells it from a number out of range.
    """
    return terminal(r"[0-9_.+-]*[A-Za-z][A-Za-z0-9_.+-]*", "a service name")


def count() -> pp.Regex:
    """A queue length, reference count or inode number: at most the digits of 64 bits."""
    return terminal(r"[0-9]{1,20}", "a number")
