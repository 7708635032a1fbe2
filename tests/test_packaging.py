"""The wheel and the source archive: what is in them, and that what is installed from them works."""

from __future__ import annotations

import ast
import email
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import netstat_fw

pytest.importorskip("hatchling", reason="hatchling, which builds the packages, is not installed")

_ROOT = Path(__file__).resolve().parent.parent
_PROBE = """\
import json, sys
import netstat_fw
from netstat_fw import Ruleset, analyze, parse, propose, render
from netstat_fw.ruleset import json_schema
capture = parse("tcp  0  0 0.0.0.0:22  0.0.0.0:*  LISTEN  416/sshd")
ruleset = propose(analyze(capture))
assert Ruleset.from_json(ruleset.to_json()) == ruleset
print(json.dumps({
    "file": netstat_fw.__file__,
    "version": netstat_fw.__version__,
    "nftables": render(ruleset, "nftables").text,
    "title": json_schema()["title"],
}))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build both packages without looking anything up elsewhere."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist"]
    subprocess.run([*command, "-d", str(folder)], cwd=_ROOT, check=True, capture_output=True)
    (wheel,), (archive,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return {"wheel": wheel, "archive": archive}


def _sources() -> set[str]:
    return {
        path.relative_to(_ROOT).as_posix()
        for path in (_ROOT / "netstat_fw").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_the_wheel_holds_the_package_whole_and_nothing_else(built: dict[str, Path]) -> None:
    names = set(zipfile.ZipFile(built["wheel"]).namelist())
    package = {name for name in names if ".dist-info/" not in name}
    assert package == _sources()
    schemas = {f"netstat_fw/{part}/schema.json" for part in ("records", "analyzers", "ruleset")}
    assert {"netstat_fw/py.typed", *schemas} <= package
    assert {name.rpartition(".dist-info/")[2] for name in names - package} == {
        "METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE",
    }  # fmt: skip


def test_the_metadata_asks_for_three_libraries_and_offers_the_rest(built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built["wheel"]) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
        told = email.message_from_bytes(wheel.read(name))
    wanted = told.get_all("Requires-Dist", [])
    core = {each.partition(">")[0] for each in wanted if "extra ==" not in each}
    assert core == {"attrs", "cattrs", "pyparsing"}
    assert {"arrow", "cli", "dev", "docs"} <= set(told.get_all("Provides-Extra", []))
    assert told["Requires-Python"] == ">=3.11"
    assert told["Description-Content-Type"] == "text/markdown"


def test_the_documents_name_every_extra_that_is_for_users(built: dict[str, Path]) -> None:
    page = (_ROOT / "docs" / "dependency.md").read_text("utf-8")
    with zipfile.ZipFile(built["wheel"]) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
        extras = email.message_from_bytes(wheel.read(name)).get_all("Provides-Extra", [])
    named = set(re.findall(r"^\| `netstat-fw\[(\w+)\]`", page, re.MULTILINE))
    assert named == set(extras) - {"checkers", "dev", "docs", "full", "types"}


def test_the_archive_has_what_a_rebuild_and_its_tests_need(built: dict[str, Path]) -> None:
    with tarfile.open(built["archive"]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert _sources() <= names
    assert {
        "LICENSE", "README.md", "pyproject.toml", "docs/conf.py", "tests/conftest.py",
        "tests/test_packaging.py", "fixtures/linux/seed_host/netstat.txt",
    } <= names  # fmt: skip


def test_the_archive_builds_the_same_wheel(built: dict[str, Path], tmp_path: Path) -> None:
    with tarfile.open(built["archive"]) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (again,) = tmp_path.glob("*.whl")
    assert again.read_bytes() == built["wheel"].read_bytes()


def test_what_is_installed_from_the_wheel_works(built: dict[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--target", str(target), str(built["wheel"])], check=True)
    environment = {**os.environ, "PYTHONPATH": str(target)}
    ran = subprocess.run(
        [sys.executable, "-c", _PROBE],
        cwd=tmp_path, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    told = json.loads(ran.stdout)
    assert Path(told["file"]).is_relative_to(target)
    assert "tcp dport 22" in told["nftables"]
    assert told["title"] == "A netstat-fw ruleset"
    shown = subprocess.run(
        [sys.executable, "-m", "netstat_fw", "--version"],
        cwd=tmp_path, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert shown.stdout == f"netstat-fw, version {told['version']}\n"


def test_the_check_of_types_from_outside_uses_every_public_name() -> None:
    tree = ast.parse((_ROOT / "tests" / "typing_api.py").read_text("utf-8"))
    (imported,) = (
        {alias.name for alias in node.names}
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "netstat_fw"
    )
    assert imported == set(netstat_fw.__all__)
