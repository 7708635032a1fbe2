"""RFC 8519 access lists against the RFC's own YANG modules, as yanglint reads them.

The modules come with pyang, whose data files they are; libyang's yanglint validates.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from effort import examples
from hypothesis import given, settings
from ruleset_strategies import bare_rulesets
from test_exporters_rfc8519 import ESTABLISHED, SSH, WRONG, incoming

from netstat_fw import analyze, parse, propose
from netstat_fw.errors import ExportError
from netstat_fw.exporters.rfc8519 import render

if TYPE_CHECKING:
    from netstat_fw.ruleset import Ruleset

FIXTURES = Path(__file__).parent.parent / "fixtures"
MODULES = Path(sysconfig.get_path("data"), "share", "yang", "modules")
LISTS = MODULES / "ietf" / "ietf-access-control-list.yang"
pytestmark = [
    pytest.mark.skipif(not shutil.which("yanglint"), reason="needs yanglint"),
    pytest.mark.skipif(not LISTS.exists(), reason="needs the modules of pyang"),
]


def problems(text: str, folder: Path) -> str:
    """Validate a document as the configuration of a host that has the interfaces it names."""
    document = json.loads(text)
    named = {
        value
        for each in document["ietf-access-control-list:acls"]["acl"]
        for entry in each["aces"]["ace"]
        for key, value in entry.get("matches", {}).items()
        if key in {"ingress-interface", "egress-interface"}
    }
    document["ietf-interfaces:interfaces"] = {
        "interface": [{"name": name, "type": "iana-if-type:other"} for name in sorted(named)]
    }
    path = folder / "acls.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    command = [
        "yanglint", "-p", str(MODULES / "ietf"), "-p", str(MODULES / "iana"),
        "-F", "ietf-access-control-list:*", "-t", "config",
        str(LISTS), str(MODULES / "iana" / "iana-if-type.yang"), str(path),
    ]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert bool(ran.returncode) is bool(ran.stderr)
    return ran.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of the module's own."""
    return tmp_path_factory.mktemp("yang")


@settings(max_examples=examples(20), deadline=None)
@given(ruleset=bare_rulesets())
def test_the_modules_take_every_document(folder: Path, ruleset: Ruleset) -> None:
    try:
        rendered = render(ruleset, udp_replies=True)
    except ExportError:
        return
    assert not problems(rendered.text, folder)


@pytest.mark.parametrize("capture", sorted(FIXTURES.glob("*/*/netstat.txt")), ids=str)
def test_the_modules_take_what_real_hosts_need(folder: Path, capture: Path) -> None:
    rendered = render(propose(analyze(parse(capture.read_bytes()))))
    assert not problems(rendered.text, folder)


@pytest.mark.parametrize(("right", "wrong"), [each[:2] for each in WRONG], ids=str)
def test_the_modules_refuse_what_is_wrong(folder: Path, right: str, wrong: str) -> None:
    text = json.dumps(json.loads(incoming(ESTABLISHED, SSH).text))
    assert not problems(text, folder)
    assert problems(text.replace(right, wrong), folder)
