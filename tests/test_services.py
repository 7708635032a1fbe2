"""Catalogs of port names, the built-in one, and the script that writes the registry's table."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw.services import ServiceCatalog, ServiceEntry, builtin_catalog, parse_services
from netstat_fw.services.customary import NAMES
from netstat_fw.services.listed import DEBIAN, OTHERS, WINDOWS
from netstat_fw.services.registry import ASSIGNMENTS, PACKAGE, PUBLISHED, VERSION

if TYPE_CHECKING:
    from types import ModuleType

    from netstat_fw.services.catalog import Naming

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "docs" / "port_names.py"

# Few values, so that ports and names meet often.
namings = st.lists(
    st.tuples(
        st.sampled_from(["tcp", "udp"]), st.integers(1, 5), st.sampled_from(["a", "A", "b", "c"])
    ),
    max_size=12,
)
catalogs = st.lists(namings.map(ServiceCatalog.of), max_size=2).map(
    lambda parts: ServiceCatalog(tuple(table for part in parts for table in part.tables))
)
ports = st.integers(0, 6)
protocols = st.sampled_from(["tcp", "udp", "TCP", "sctp"])
names = st.sampled_from(["a", "A", "b", "B", "c", "d", ""])


class TestLookups:
    @given(namings, ports, protocols)
    def test_the_name_is_the_first_that_a_scan_finds(
        self, given_namings: list[Naming], port: int, protocol: str
    ) -> None:
        scan = [n for q, p, n in given_namings if (q, p) == (protocol.lower(), port)]
        catalog = ServiceCatalog.of(given_namings)
        assert catalog.name_of(port, protocol) == (scan[0] if scan else None)
        assert catalog.is_listed(port, protocol) is bool(scan)

    @given(namings, names, protocols)
    def test_the_ports_are_all_that_a_scan_finds_ascending(
        self, given_namings: list[Naming], name: str, protocol: str
    ) -> None:
        scan = {
            p for q, p, n in given_namings if (q, n.lower()) == (protocol.lower(), name.lower())
        }
        assert ServiceCatalog.of(given_namings).ports_of(name, protocol) == tuple(sorted(scan))

    @given(namings, names)
    def test_the_protocols_are_all_that_a_scan_finds_in_order(
        self, given_namings: list[Naming], name: str
    ) -> None:
        scan = {q for q, _, n in given_namings if n.lower() == name.lower()}
        assert ServiceCatalog.of(given_namings).protocols_of(name) == tuple(sorted(scan))

    def test_an_empty_catalog_knows_nothing(self) -> None:
        catalog = ServiceCatalog()
        assert catalog.name_of(22, "tcp") is None
        assert catalog.ports_of("ssh", "tcp") == ()
        assert catalog.protocols_of("ssh") == ()
        assert not catalog.is_listed(22, "tcp")

    def test_a_file_answers_for_names_and_aliases(self) -> None:
        catalog = parse_services("http 80/tcp www\nwebcache 8080/tcp WWW\nhttp 80/udp").catalog
        assert catalog.name_of(80, "tcp") == "http"
        assert catalog.ports_of("www", "TCP") == (80, 8080)
        assert catalog.ports_of("HTTP", "udp") == (80,)
        assert catalog.protocols_of("http") == ("tcp", "udp")

    def test_the_first_line_of_a_port_names_it(self) -> None:
        """As getservbyport(3) does; the later name still leads to the port."""
        catalog = parse_services("first 1/tcp\nsecond 1/tcp\n").catalog
        assert catalog.name_of(1, "tcp") == "first"
        assert catalog.ports_of("second", "tcp") == (1,)

    def test_catalogs_of_the_same_names_are_equal_and_hash_equal(self) -> None:
        first, second = (parse_services("a 1/tcp").catalog for _ in range(2))
        assert first.name_of(1, "tcp") == "a"  # what a catalog has looked up is no part of it
        assert first == second
        assert len({first, second}) == 1
        assert first != parse_services("b 1/tcp").catalog


class TestMerge:
    @given(catalogs, catalogs, ports, names, protocols)
    def test_the_upper_catalog_answers_first_and_the_lower_for_the_rest(
        self, upper: ServiceCatalog, lower: ServiceCatalog, port: int, name: str, protocol: str
    ) -> None:
        merged = upper.over(lower)
        assert merged == upper | lower
        expected = upper.name_of(port, protocol)
        if expected is None:
            expected = lower.name_of(port, protocol)
        assert merged.name_of(port, protocol) == expected
        assert merged.ports_of(name, protocol) == (
            upper.ports_of(name, protocol) or lower.ports_of(name, protocol)
        )
        assert merged.is_listed(port, protocol) is (
            upper.is_listed(port, protocol) or lower.is_listed(port, protocol)
        )
        assert set(merged.protocols_of(name)) == {
            *upper.protocols_of(name), *lower.protocols_of(name)
        }  # fmt: skip

    @given(catalogs, catalogs, catalogs)
    def test_merging_is_associative(
        self, first: ServiceCatalog, second: ServiceCatalog, third: ServiceCatalog
    ) -> None:
        assert (first | second) | third == first | (second | third)

    @given(catalogs)
    def test_the_empty_catalog_changes_nothing(self, catalog: ServiceCatalog) -> None:
        assert catalog | ServiceCatalog() == catalog == ServiceCatalog() | catalog

    def test_the_operators_file_wins_over_the_built_in_names(self) -> None:
        site = parse_services("billing 8080/tcp\nhttp-alt 8008/tcp\n").catalog
        catalog = site | builtin_catalog()
        assert catalog.name_of(8080, "tcp") == "billing"
        assert catalog.ports_of("http-alt", "tcp") == (8008,)
        assert catalog.ports_of("http-alt", "udp") == (591, 8008, 8080)
        assert catalog.name_of(22, "tcp") == "ssh"


class TestBuiltin:
    @pytest.mark.parametrize(
        ("port", "protocol", "name"),
        [
            (22, "tcp", "ssh"),
            (53, "udp", "domain"),
            (80, "tcp", "http"),
            (80, "sctp", "http"),
            (443, "tcp", "https"),
            (465, "tcp", "submissions"),
            (514, "tcp", "shell"),
            (514, "udp", "syslog"),
            (631, "tcp", "ipp"),
            (3268, "tcp", "msft-gc"),
            (3478, "udp", "stun"),
            (6000, "tcp", "x11"),
            (6002, "tcp", "x11-2"),
            (6063, "tcp", "x11"),
            (6514, "dccp", "syslog-tls"),
            (8080, "tcp", "http-alt"),
            (32771, "tcp", "filenet-rmi"),
        ],
    )
    def test_ports_have_the_names_that_netstat_prints(
        self, port: int, protocol: str, name: str
    ) -> None:
        assert builtin_catalog().name_of(port, protocol) == name
        assert port in builtin_catalog().ports_of(name, protocol)

    @pytest.mark.parametrize(
        ("name", "protocol", "expected"),
        [
            ("www", "tcp", (80,)),
            ("webcache", "tcp", (8080,)),
            ("whois", "tcp", (43,)),
            ("nicname", "tcp", (43,)),
            ("squid", "tcp", (3128,)),
            ("sgi-gcd", "udp", (17003,)),
            ("webmin", "tcp", (10000,)),
            ("loc-srv", "tcp", (135,)),
            ("nbname", "udp", (137,)),
            ("x11-ssh-offset", "tcp", (6010,)),
            ("afs3-callback", "tcp", (7001,)),
            ("dhcpv6-client", "udp", (546,)),
        ],
    )
    def test_names_that_hosts_print_lead_to_their_ports(
        self, name: str, protocol: str, expected: tuple[int, ...]
    ) -> None:
        assert builtin_catalog().ports_of(name, protocol) == expected

    @pytest.mark.parametrize("port", [0, 4, 49152, 65535, 65536, -1])
    def test_unassigned_reserved_and_impossible_ports_are_not_listed(self, port: int) -> None:
        assert not builtin_catalog().is_listed(port, "tcp")

    @pytest.mark.parametrize(
        ("port", "protocol", "listed"),
        [
            (22, "tcp", True),
            (3389, "TCP", True),
            (3544, "udp", True),
            (2055, "udp", True),
            (36412, "sctp", True),
            (6514, "dccp", True),
            (1025, "udp", False),
            (3389, "sctp", False),
            (4004, "tcp", False),
        ],
    )
    def test_it_lists_what_a_hosts_services_file_would(
        self, port: int, protocol: str, *, listed: bool
    ) -> None:
        assert builtin_catalog().is_listed(port, protocol) is listed

    @pytest.mark.parametrize("protocol", ["tcp", "udp"])
    def test_few_of_the_ports_that_have_names_are_listed(self, protocol: str) -> None:
        """So that being listed means something, above all where clients get their ports."""
        catalog, ports = builtin_catalog(), range(1024, 65536)
        named = sum(catalog.name_of(port, protocol) is not None for port in ports)
        listed = sum(catalog.is_listed(port, protocol) for port in ports)
        assert named > 4_500
        assert 50 < listed < 300

    def test_each_list_adds_to_those_before(self) -> None:
        for protocol in ("tcp", "udp"):
            lists = [each[protocol].split() for each in (DEBIAN, WINDOWS, OTHERS)]
            ports = [int(port) for ports in lists for port in ports]
            assert len(set(ports)) == len(ports)
            assert all(0 < port < 65536 for port in ports)
            assert [sorted(map(int, each)) for each in lists] == [
                list(map(int, each)) for each in lists
            ]

    def test_every_assignment_is_a_valid_entry(self) -> None:
        (table,) = builtin_catalog().tables
        entries = tuple(
            ServiceEntry(name, port, protocol) for protocol, port, name in table.namings
        )
        read = parse_services("".join(f"{entry}\n" for entry in entries))
        assert (read.entries, read.diagnostics) == (entries, ())
        assert len(entries) > 11_000

    def test_the_customary_names_are_a_clean_services_file(self) -> None:
        read = parse_services(NAMES)
        assert read.diagnostics == ()
        assert len({(entry.port, entry.protocol) for entry in read.entries}) == len(read.entries)

    def test_a_customary_line_says_something_that_the_registry_does_not(self) -> None:
        registry = ServiceCatalog.of(_registry_namings())
        idle = [
            entry
            for entry in parse_services(NAMES).entries
            if not entry.aliases and registry.name_of(entry.port, entry.protocol) == entry.name
        ]
        assert idle == []

    def test_every_customary_line_names_its_source(self) -> None:
        sources = ("Debian", "CentOS", "Windows", "IANA")
        lines = NAMES.splitlines()
        assert [
            line for line in lines if not any(s in line.partition("#")[2] for s in sources)
        ] == []

    def test_it_is_made_once(self) -> None:
        assert builtin_catalog() is builtin_catalog()

    def test_the_texts_are_not_loaded_before_they_are_needed(self) -> None:
        probe = (
            "import sys, netstat_fw.services as s\n"
            "data = {'netstat_fw.services.registry', 'netstat_fw.services.customary'}\n"
            "assert not data & set(sys.modules)\n"
            "s.builtin_catalog()\n"
            "assert data <= set(sys.modules)\n"
        )
        subprocess.run([sys.executable, "-c", probe], check=True)

    def test_loading_and_looking_up_take_milliseconds(self) -> None:
        """About 6 ms, and 3 ms for the first question of either kind, on an idle machine.

        In processes of their own, which nothing traces, and the best of them: other work on the
        machine can only add. The bound leaves room for a machine several times slower.
        """
        probe = (
            "import time, netstat_fw.services as s\n"
            "start = time.process_time()\n"
            "assert s.builtin_catalog().name_of(22, 'tcp') == 'ssh'\n"
            "assert s.builtin_catalog().ports_of('ssh', 'tcp') == (22,)\n"
            "print(time.process_time() - start)\n"
        )
        command = [sys.executable, "-c", probe]
        times = [float(subprocess.check_output(command, text=True)) for _ in range(5)]
        assert min(times) < 0.060


class TestScript:
    def test_the_committed_table_is_what_the_script_writes(self) -> None:
        assignments: dict[tuple[int, str], set[str]] = {}
        for protocol, port, name in _registry_namings():
            assignments.setdefault((port, name), set()).add(protocol)
        committed = (ROOT / "netstat_fw" / "services" / "registry.py").read_text("utf-8")
        assert _script().write_module(assignments, VERSION, PUBLISHED) == committed

    def test_the_source_is_recorded(self) -> None:
        assert PACKAGE == "port-numbers"
        assert VERSION.split(".")[0].isdigit()
        assert time.strptime(PUBLISHED, "%Y-%m-%d")

    def test_reserved_nameless_and_zero_ports_are_left_out(self) -> None:
        package = {
            "0/tcp": ["reserved", "Reserved"],
            "4/tcp": ["", "Unassigned"],
            "22/tcp": ["ssh", "The Secure Shell"],
            "22/udp": ["ssh", "The Secure Shell"],
        }
        found = _script().read_package(package)
        assert found.pop((22, "ssh")) == {"tcp", "udp"}
        assert found == {(port, "x11"): {"tcp", "udp"} for port in range(6000, 6064)}

    @pytest.mark.parametrize(
        ("key", "name"), [("1-2/tcp", "x"), ("1/tcp", "two words"), ("1/tcp", 'a"'), ("1", "x")]
    )
    def test_what_the_table_cannot_hold_is_refused(self, key: str, name: str) -> None:
        with pytest.raises(ValueError, match="unexpected assignment"):
            _script().read_package({key: [name, ""]})

    def test_it_reads_an_unpacked_package_and_writes_the_module(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "package.json").write_text(json.dumps({"version": "1.2.3"}))
        (tmp_path / "index.json").write_text(json.dumps({"22/tcp": ["ssh", "Secure Shell"]}))
        script = _script()
        monkeypatch.setattr(script, "_TARGET", tmp_path / "registry.py")
        script.main(str(tmp_path), "2024-02-29")
        written = (tmp_path / "registry.py").read_text("utf-8")
        assert '"tcp": """\n22 ssh\n"""' in written
        assert 'VERSION = "1.2.3"\nPUBLISHED = "2024-02-29"' in written


def _registry_namings() -> list[Naming]:
    found: list[Naming] = []
    for section, text in ASSIGNMENTS.items():
        words = iter(text.split())
        for port in words:
            name = next(words)
            found += [(protocol, int(port), name) for protocol in section.split()]
    return found


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("port_names", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
