"""Rendering: pages as HTML, with their style and their script inside.

The template engine escapes every value. A page's own policy (Content-Security-Policy) admits the
one style and the one script by their hashes and nothing from any network, so that no captured text
could do anything even if it were not escaped.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from typing import TYPE_CHECKING

from netstat_fw.errors import MissingExtraError
from netstat_fw.report.fleet_page import compose_fleet
from netstat_fw.report.page import compose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.fleet import Group, Outlier
    from netstat_fw.observation import Edge
    from netstat_fw.ruleset.model import Ruleset


def write_report(
    findings: Findings,
    ruleset: Ruleset,
    lines: Mapping[str, Sequence[str]],
    title: str = "Firewall",
) -> str:
    """Write one HTML page about a host that needs no other file and no network.

    Args:
        findings: what the captures say.
        ruleset: the firewall proposed for it.
        lines: the captured lines of each capture, by the name that evidence has for it: the empty
            one for a capture that was read alone. Lines that are missing are not shown.
        title: heading of the page.

    Returns:
        The page, the same for the same values.

    Raises:
        MissingExtraError: Jinja2 is not installed.
    """
    return _render("host.html", compose(findings, ruleset, lines, title))


def write_fleet_report(  # noqa: PLR0913 - the parts of a fleet
    groups: Sequence[Group],
    outliers: Sequence[Outlier],
    edges: Sequence[Edge],
    *,
    hosts: int,
    captures: int,
    broken: Iterable[tuple[str, str]] = (),
    title: str = "Fleet",
) -> str:
    """Write one HTML page about many hosts that needs no other file and no network.

    Args:
        groups: hosts whose firewalls mean the same.
        outliers: hosts that stand out.
        edges: who is a client of whom.
        hosts: how many hosts there are.
        captures: how many captures there are, broken ones among them.
        broken: where each capture is that could not be read, and why.
        title: heading of the page.

    Returns:
        The page, the same for the same values.

    Raises:
        MissingExtraError: Jinja2 is not installed.
    """
    page = compose_fleet(
        groups, outliers, edges, hosts=hosts, captures=captures, broken=broken, title=title
    )
    return _render("fleet.html", page)


def _render(template: str, page: object) -> str:
    try:
        import jinja2  # noqa: PLC0415 - of the extra `report`
    except ImportError:
        raise MissingExtraError(
            "the report needs Jinja2: pip install 'netstat-fw[report]'"
        ) from None
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = _read("page.css"), _read("page.js")
    return environment.get_template(template).render(
        page=page,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _read(name: str) -> str:
    return importlib.resources.files(__package__).joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    """Return the hash by which a content security policy admits an inline text (CSP Level 3)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
