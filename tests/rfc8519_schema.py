"""The tree of RFC 8519 as a JSON Schema, after sections 4.1 and 4.2 and RFC 7951.

Written by hand, as no package carries the YANG modules for a validator of YANG. `problems` checks
what a schema cannot say: unique names, ports in order, headers that fit the type of the list.
"""

from __future__ import annotations

from typing import Any

import jsonschema

NAME = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[^ ]*$"}
PORT = {"type": "integer", "minimum": 0, "maximum": 65535}
OCTET = {"type": "integer", "minimum": 0, "maximum": 255}
TWO_OCTETS = PORT
FOUR_OCTETS = {"type": "integer", "minimum": 0, "maximum": (1 << 32) - 1}
TEXT = {"type": "string"}


def tree(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    """Describe a container: these nodes and no other ones; ``_`` in a name stands for ``-``."""
    return {
        "type": "object",
        "properties": {name.replace("_", "-"): value for name, value in properties.items()},
        "required": list(required),
        "additionalProperties": False,
    }


def bits(*names: str) -> dict[str, Any]:
    """Describe a leaf of type bits: names with blanks between them."""
    one = "|".join(names)
    return {"type": "string", "pattern": f"^(({one})( ({one}))*)?$"}


def prefix(pattern: str) -> dict[str, Any]:
    """Describe an address with the length of its prefix."""
    return {"type": "string", "pattern": f"^{pattern}$"}


V4 = prefix(r"([0-9]{1,3}\.){3}[0-9]{1,3}/([0-9]|[12][0-9]|3[0-2])")
V6 = prefix(r"[0-9a-f:.]*:[0-9a-f:.]*/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8])")
PORTS = {
    "oneOf": [
        tree(("lower-port", "upper-port"), lower_port=PORT, upper_port=PORT),
        tree(("port",), operator={"enum": ["lte", "gte", "eq", "neq"]}, port=PORT),
    ]
}
HEADER: dict[str, Any] = {
    "dscp": {"type": "integer", "minimum": 0, "maximum": 63},
    "ecn": {"type": "integer", "minimum": 0, "maximum": 3},
    "length": TWO_OCTETS,
    "ttl": OCTET,
    "protocol": OCTET,
}
MATCHES = {
    **tree(
        ipv4=tree(
            **HEADER,
            ihl={"type": "integer", "minimum": 5, "maximum": 60},
            flags=bits("reserved", "fragment", "more"),
            offset={"type": "integer", "minimum": 20, "maximum": 65535},
            identification=TWO_OCTETS,
            destination_ipv4_network=V4,
            source_ipv4_network=V4,
        ),
        ipv6=tree(
            **HEADER,
            destination_ipv6_network=V6,
            source_ipv6_network=V6,
            flow_label={"type": "integer", "minimum": 0, "maximum": (1 << 20) - 1},
        ),
        tcp=tree(
            sequence_number=FOUR_OCTETS,
            acknowledgement_number=FOUR_OCTETS,
            data_offset={"type": "integer", "minimum": 5, "maximum": 15},
            reserved=OCTET,
            flags=bits("cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin"),
            window_size=TWO_OCTETS,
            urgent_pointer=TWO_OCTETS,
            options=TEXT,
            source_port=PORTS,
            destination_port=PORTS,
        ),
        udp=tree(length=TWO_OCTETS, source_port=PORTS, destination_port=PORTS),
        icmp=tree(type=OCTET, code=OCTET, rest_of_header=TEXT),
        egress_interface=TEXT,
        ingress_interface=TEXT,
    ),
    # Two choices: one header of the third layer, one of the fourth.
    "allOf": [
        {"not": {"required": list(pair)}}
        for pair in (("ipv4", "ipv6"), ("tcp", "udp"), ("tcp", "icmp"), ("udp", "icmp"))
    ],
}
ACTIONS = tree(
    ("forwarding",),
    forwarding={"enum": ["accept", "drop", "reject"]},
    logging={"enum": ["log-syslog", "log-none"]},
)
ACE = tree(("name",), name=NAME, matches=MATCHES, actions=ACTIONS)
ACL = tree(
    ("name",),
    name=NAME,
    type={"enum": ["ipv4-acl-type", "ipv6-acl-type"]},
    aces=tree(ace={"type": "array", "items": ACE}),
)
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **tree(
        ("ietf-access-control-list:acls",),
        **{"ietf_access_control_list:acls": tree(acl={"type": "array", "items": ACL})},
    ),
}
_VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def problems(document: Any) -> list[str]:  # noqa: ANN401 - whatever JSON holds
    """Say what the modules would refuse; nothing where they take the document."""
    found = [error.message for error in _VALIDATOR.iter_errors(document)]
    if found:
        return found
    lists = document["ietf-access-control-list:acls"]["acl"]
    found += _twice([each["name"] for each in lists])
    for each in lists:
        entries = each["aces"]["ace"]
        found += _twice([entry["name"] for entry in entries])
        other = {"ipv4-acl-type": "ipv6", "ipv6-acl-type": "ipv4"}[each["type"]]
        for entry in entries:
            matches = entry.get("matches", {})
            if other in matches:
                found.append(f"{entry['name']}: {other} in a list of type {each['type']}")
            ends = (matches.get(name, {}) for name in ("tcp", "udp"))
            ports = (
                end.get(f"{way}-port", {}) for end in ends for way in ("source", "destination")
            )
            found += [
                f"{entry['name']}: the lower port is above the upper one"
                for port in ports
                if port.get("lower-port", 0) > port.get("upper-port", 65535)
            ]
    return found


def _twice(names: list[str]) -> list[str]:
    return [f"{name} is there twice" for name in sorted({n for n in names if names.count(n) > 1})]
