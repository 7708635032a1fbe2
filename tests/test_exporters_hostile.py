"""Hostile text in every target: nothing of it counts but what `quoting` leaves of it.

Each target writes the same for a text as for what is left of the text when every character that a
format could take for syntax is replaced. What could get past `quoting` would show as a difference.
"""

from __future__ import annotations

import json
import re
import string
from typing import Any

import pytest
from effort import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_nftables_live import HOSTILE

from netstat_fw.evidence import Evidence, ProcessCheck, Question, Reason
from netstat_fw.exporters import TARGETS, render
from netstat_fw.exporters.deploy import deploy_script
from netstat_fw.ruleset import (
    AddressSet,
    Chain,
    Log,
    PortSet,
    Protocol,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
    Service,
    Zone,
)

HARMLESS = frozenset(string.ascii_letters + string.digits + " ._,:/()+=@-")
FORMS: list[tuple[str, dict[str, Any]]] = [
    *((target, {}) for target in sorted(TARGETS) if target != "json"),
    ("windows", {"form": "netsh"}),
    ("halo", {"platform": "windows"}),
    ("aerleon", {"generators": ["iptables", "windows_advfirewall"]}),
    ("rfc8519", {"udp_replies": True}),
]
# Comments of the whole file keep more characters than others.
REMARK = re.compile(
    r"^[ \t]*(?:#|rem\b).*\n|<!--(?:(?!--).|\n)*-->|^Host firewall(?:.|\n)*|^\s*\n", re.MULTILINE
)
ABOUT = ("//", "netstat-fw/about")

hostile = st.lists(
    st.sampled_from(
        (*HOSTILE, "%{x}", "${x}", "'@", "]]>", "é" * 100, "\u2028", "\u201c", "\\" * 5)
    )
    | st.text(max_size=20)
    | st.just("a" * 200),
    max_size=4,
).map("".join)


def reduced(text: str) -> str:
    """Replace what is not harmless."""
    return "".join(char if char in HARMLESS else "_" for char in text)


def spoken(text: str, name: str) -> Ruleset:
    """Put a text and a name wherever captured or given text can be."""
    fields: dict[str, Any] = {
        "protocol": "tcp",
        "comment": text,
        "service": name,
        "reasons": (Reason(text, text), Reason("X", text)),
        "evidence": (Evidence(3, text),),
        "log": Log(name),
    }
    web = PortSet([80])
    rules = [
        Rule(action="accept", local_ports=web, **fields),
        Rule(action="accept", local_ports=web, enabled=False, **fields),
        Rule(action="accept", remote=RemoteReference(RemoteKind.USER_GROUP, name), **fields),
        Rule(action="accept", remote=RemoteReference(RemoteKind.ZONE, name), **fields),
        Rule(action="reject", **(fields | {"comment": ""})),
    ]
    return Ruleset(
        Chain("drop", rules),
        Chain("drop", rules[3:]),
        services=[Service(name, Protocol.TCP, web)],
        zones=[Zone(name, AddressSet(["192.0.2.0/24", "2001:db8::/32"]))],
        questions=[Question(text, text, text)],
        caveats=[Reason(text, text)],
        process_checks=[ProcessCheck(text, 22, (text, text))],
    )


def said(files: dict[str, str]) -> dict[str, Any]:
    """Give the files without ids, which hold a hash of names, and without remarks on the whole."""
    return {name: _said(name, re.sub(r"\br[0-9a-f]{12}", "id", files[name])) for name in files}


def _said(name: str, text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    if not name.endswith(".json"):
        return REMARK.sub("", text)
    document = json.loads(text)
    for place in (document, document.get("metadata", {}).get("annotations", {})):
        for key in ABOUT:
            place.pop(key, None)
    return document


def name_of(text: str) -> str:
    """Make a name of a text, as names of rulesets have no line breaks and no blanks around."""
    return "".join(char for char in text if char.isprintable()).strip() or "x"


@pytest.mark.parametrize(("target", "options"), FORMS, ids=str)
@settings(max_examples=examples(12))
@given(text=hostile)
@example(text="\"'; \\\n`$(reboot)`\x1b[2J")
@example(text="--> ]]>")
def test_nothing_of_a_text_counts_but_what_is_left_of_it(
    target: str, options: dict[str, Any], text: str
) -> None:
    name = name_of(text)
    rendered = render(spoken(text, name), target, **options)
    harmless = render(spoken(reduced(text), reduced(name)), target, **options)
    assert said(dict(rendered.files)) == said(dict(harmless.files))
    assert all(file.isascii() for file in rendered.files.values())
    assert not any(re.search(r"[^\n\t -~]", file) for file in rendered.files.values())


@pytest.mark.parametrize("target", ["nftables", "iptables", "windows"])
@settings(max_examples=examples(12))
@given(text=hostile)
def test_deployments_hold_nothing_else_either(target: str, text: str) -> None:
    name = name_of(text)
    scripts = [
        deploy_script(spoken(*texts), target)
        for texts in ((text, name), (reduced(text), reduced(name)))
    ]
    assert said({"script": scripts[0]}) == said({"script": scripts[1]})
