"""How Sphinx builds the documentation: ``sphinx-build -W --keep-going docs docs/_build/html``.

The reference pages are made of docstrings while building: of the library by autodoc, of the command
by what its ``--help`` prints.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING

import netstat_fw
from netstat_fw.columns import COLUMNS

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "netstat-fw"
author = "the authors of netstat-fw"
release = netstat_fw.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
html_theme = "furo"
html_title = f"netstat-fw {release}"
# Single backquotes in docstrings hold names and code.
default_role = "code"
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
napoleon_use_ivar = True

# What pages have in the place of what is made while building.
_COMMANDS = "The built page has here what `--help` of each subcommand prints."
_COLUMNS = "The built page has the table here; it is that of `netstat_fw.columns.COLUMNS`."
_SECTION = re.compile(r"^## (?P<title>.*)\n(?P<body>(?:(?!## ).*\n)*)", re.MULTILINE)
_LINK = re.compile(r"^- \[[^\]]*\]\((?P<page>[^)]*)\.md\)", re.MULTILINE)


def _commands() -> str:
    """Write one section for each subcommand, with what its ``--help`` prints."""
    import click  # noqa: PLC0415 - of the extra, and only this page needs it

    from netstat_fw.cli.group import app  # noqa: PLC0415 - the same

    parts = []
    group = click.Context(app)
    for name in ["", *app.list_commands(group)]:
        command = (name and app.get_command(group, name)) or app
        title = f"netstat-fw {name}".strip()
        context = click.Context(command, info_name=title, max_content_width=90)
        parts.append(f"## `{title}`\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def _columns() -> str:
    """Write the table of columns."""
    rows = [
        f"| `{column.name}` | {column.kind.value} | {'yes' if column.nullable else 'no'} "
        f"| {column.meaning} |"
        for column in COLUMNS
    ]
    return "\n".join(["| column | holds | may be empty | is |", "|---|---|---|---|", *rows])


def _contents(index: str) -> str:
    """Write the table of contents that the lists of links in the first page amount to.

    They are plain links, so that the page can be read where nothing is built.
    """
    return "".join(
        f"\n```{{toctree}}\n:hidden:\n:caption: {section['title']}\n\n"
        + "\n".join(_LINK.findall(section["body"]))
        + "\n```\n"
        for section in _SECTION.finditer(index)
    )


def _fill_in(app: Sphinx, name: str, source: list[str]) -> None:
    if name == app.config.root_doc:
        source[0] += _contents(source[0])
    if _COMMANDS in source[0]:
        source[0] = source[0].replace(_COMMANDS, _commands())
    if _COLUMNS in source[0]:
        source[0] = source[0].replace(_COLUMNS, _columns())


# Napoleon takes what stands before a colon in the docstring of an attribute for its type, so such
# docstrings are kept before it runs and put back behind it.
_kept: dict[str, list[str]] = {}


def _keep(
    _app: Sphinx, what: str, name: str, _value: object, _options: object, lines: list[str]
) -> None:
    if what in {"attribute", "data", "property"}:
        _kept[name] = lines[:]


def _put_back(
    _app: Sphinx, _what: str, name: str, _value: object, _options: object, lines: list[str]
) -> None:
    lines[:] = _kept.pop(name, lines)


def _members_of_enumerations(
    _app: Sphinx, _what: str, _name: str, value: object, _skip: object, _options: object
) -> bool | None:
    """Show the members of an enumeration also where their word says everything."""
    return False if isinstance(value, enum.Enum) else None


def setup(app: Sphinx) -> None:
    """Connect what is made while building."""
    app.connect("source-read", _fill_in)
    app.connect("autodoc-process-docstring", _keep, priority=400)
    app.connect("autodoc-process-docstring", _put_back, priority=600)
    app.connect("autodoc-skip-member", _members_of_enumerations)
