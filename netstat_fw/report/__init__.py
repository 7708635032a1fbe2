"""The report: self-contained HTML pages for people who decide over firewalls.

`write_report` writes one about a host, `write_fleet_report` one about many. Both need Jinja2, which
the extra ``report`` installs.
"""

from __future__ import annotations

from netstat_fw.report.rendering import write_fleet_report, write_report

__all__ = ["write_fleet_report", "write_report"]
