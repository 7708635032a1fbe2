"""The fixtures: each says where it comes from, and none tells of a real machine."""

import importlib.util
import ipaddress
import re
from pathlib import Path
from types import ModuleType

import pytest

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
CAPTURES = sorted(path for path in FIXTURES.rglob("*.txt") if path.name != "environment.txt")
DIRECTORIES = sorted({path.parent for path in CAPTURES})
TEXT_SUFFIXES = {".txt", ".md", ".sh", ".py", ".toml"}
TEXTS = sorted(path for path in FIXTURES.rglob("*") if path.suffix in TEXT_SUFFIXES)

# A dash behind it makes it a package's version.
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
# Two colons at least. `ipaddress` refuses what is none (`12:30:00`, the cut `fe80::1::53`);
# the expression above finds the IPv4 half of a mapped address.
IPV6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f]*:[0-9A-Fa-f]*:)[0-9A-Fa-f:]+(?![\w:]|\.\d)")
MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")

HARMLESS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/32",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "224.0.0.0/4",
        "255.0.0.0/8",  # netmasks
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "::/127",
        "fe80::/10",
        "ff00::/8",
        "2001:db8::/32",
    )
)


def decoded(path: Path) -> str:
    """Return a fixture's text: UTF-16 where marked, else UTF-8 with U+FFFD for wrong bytes."""
    raw = path.read_bytes()
    encoding = "utf-16" if raw.startswith(b"\xff\xfe") else "utf-8"
    return raw.decode(encoding, errors="replace")


def is_harmless(address: str) -> bool:
    """Tell whether an address names no real machine."""
    value = ipaddress.ip_address(address)
    if isinstance(value, ipaddress.IPv6Address) and value.ipv4_mapped is not None:
        value = value.ipv4_mapped
    return any(value in network for network in HARMLESS)


def ipv6_candidates(word: str) -> list[str]:
    """Return the readings of a word as an address: netstat puts a port behind a colon."""
    head, _, _ = word.rpartition(":")
    readings = []
    for reading in (head, word):
        try:
            readings.append(str(ipaddress.IPv6Address(reading)))
        except ValueError:
            continue
    return readings


def foreign_addresses(text: str) -> list[str]:
    """Return what in a text is, or might be, the address of a real machine."""
    found = [
        word for word in IPV4.findall(text) if not _is_valid_ipv4(word) or not is_harmless(word)
    ]
    for word in IPV6.findall(MAC.sub("", text)):
        readings = ipv6_candidates(word)
        if readings and not any(is_harmless(reading) for reading in readings):
            found.append(word)
    return found


def _is_valid_ipv4(word: str) -> bool:
    return all(int(part) <= 255 for part in word.split("."))


def load(name: str) -> ModuleType:
    """Import a script of the fixtures' folder."""
    spec = importlib.util.spec_from_file_location(name, FIXTURES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_fixtures() -> None:
    assert FIXTURES / "linux" / "seed_host" / "netstat.txt" in CAPTURES
    assert FIXTURES / "damaged" in DIRECTORIES


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)
def test_every_directory_names_tool_version_and_command(directory: Path) -> None:
    lines = (directory / "README.md").read_text(encoding="utf-8").splitlines()
    for field in ("Tool", "Version", "Command"):
        (line,) = (line for line in lines if line.startswith(f"- {field}: "))
        assert line.removeprefix(f"- {field}: ").strip()
    assert "## What an expert expects of the firewall" in lines


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)
def test_the_index_lists_every_directory(directory: Path) -> None:
    name = directory.relative_to(FIXTURES).as_posix()
    assert f"({name}/README.md)" in (FIXTURES / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(FIXTURES).as_posix())
def test_no_address_of_a_real_machine_occurs(path: Path) -> None:
    assert foreign_addresses(decoded(path)) == []


@pytest.mark.parametrize(
    "text",
    [
        "tcp 0 0 10.1.2.3:22 0.0.0.0:* LISTEN",
        "192.168.0.1",
        "8.8.8.8.",
        "(172.17.0.1)",
        "300.1.1.1",
        "tcp6 0 0 2a00:1450:4001::5:443 :::*",
        "fd77::2:123",
        "[fc00::1]:80",
        "::ffff:10.0.0.1",
        "udp6 0 0 2001:4860:4860::88:53",
    ],
)
def test_an_address_of_a_real_machine_would_be_found(text: str) -> None:
    assert foreign_addresses(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2.1:22 198.51.100.7:443 203.0.113.9:* 0.0.0.0:* 127.0.0.53:53 224.0.0.251:5353",
        ":::* :::80 ::1:631 [::]:80 2001:db8::2:123 fe80::200:5eff:fe00:123 ff02::1:2",
        "fe80::200:5eff:fe00::53",
        "::ffff:192.0.2.2:80",
        "00:00:5e:00:53:02 12:30:45 openssh 1:9.2p1-2+deb12u10 2.10-0.1+deb12u2",
    ],
)
def test_a_harmless_address_is_let_through(text: str) -> None:
    assert foreign_addresses(text) == []


def test_damaged_fixtures_are_what_their_script_makes() -> None:
    script = load("make_damaged_fixtures")
    damaged = {path.name: path.read_bytes() for path in (FIXTURES / "damaged").glob("*.txt")}
    assert damaged == {name: script.compose(name) for name in script.FIXTURES}
