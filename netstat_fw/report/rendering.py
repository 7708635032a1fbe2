"""Rendering: the page as HTML, with its style and its script inside.

The template engine escapes every value. The page's own policy (Content-Security-Policy) admits the
one style and the one script by their hashes and nothing from any network, so that no captured text
could do anything even if it were not escaped.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from typing import TYPE_CHECKING

from netstat_fw.errors import NetstatFwError
from netstat_fw.report.page import compose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netstat_fw.analyzers.findings import Findings
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
        NetstatFwError: Jinja2 is not installed.
    """
    try:
        import jinja2  # noqa: PLC0415 - of the extra `report`
    except ImportError:
        raise NetstatFwError("the report needs Jinja2: pip install 'netstat-fw[report]'") from None
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style, script = _read("page.css"), _read("page.js")
    page = compose(findings, ruleset, lines, title)
    return environment.from_string(_read("page.html")).render(
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
