"""Aerleon's generators at work: from a rendered policy to the vendors' syntaxes.

Needs the package aerleon, which the extra ``netstat-fw[aerleon]`` installs. Nothing is read or
written but the values given; Aerleon logs its warnings through ``absl.logging``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netstat_fw.errors import ExportError
from netstat_fw.exporters.aerleon import DEFINITIONS, POLICIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netstat_fw.exporters.rendered import Rendered


def generate(rendered: Rendered) -> dict[str, dict[str, str]]:
    """Run every generator that the headers of a rendered policy name.

    Args:
        rendered: what ``render(ruleset, "aerleon", generators=...)`` gave back.

    Returns:
        For each generator its files, by the names that Aerleon gives them; one or more for each
        address family.

    Raises:
        ExportError: where the package is missing, and where a generator refuses the policy.
    """
    try:
        import yaml  # noqa: PLC0415 - an extra
        from aerleon import aclgen, api  # noqa: PLC0415 - an extra
        from aerleon.lib import naming  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ExportError(
            f"{error.name} is missing; install it with: pip install 'netstat-fw[aerleon]'"
        ) from error
    definitions = naming.Naming()
    definitions.ParseDefinitionsObject(yaml.safe_load(rendered.files[DEFINITIONS]), DEFINITIONS)
    found: dict[str, dict[str, str]] = {}
    for path in POLICIES.values():
        policy = yaml.safe_load(rendered.files[path])
        for generator in sorted({g for f in policy["filters"] for g in f["header"]["targets"]}):
            try:
                files = api.Generate([_only(policy, generator, path)], definitions)
            except (aclgen.ACLGeneratorError, aclgen.ACLParserError) as error:
                raise ExportError(f"aerleon, generator {generator}: {error}") from error
            found.setdefault(generator, {}).update(files or {})
    return found


def _only(policy: Mapping[str, Any], generator: str, path: str) -> Any:  # noqa: ANN401 - Aerleon has a type for it
    """Return a policy whose headers name one generator."""
    filters = [
        {**each, "header": {**each["header"], "targets": {generator: options}}}
        for each in policy["filters"]
        if (options := each["header"]["targets"].get(generator)) is not None
    ]
    return {"filename": path.rpartition("/")[2].removesuffix(".yaml"), "filters": filters}
