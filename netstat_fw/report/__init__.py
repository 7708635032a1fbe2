"""The report: one self-contained HTML page about a host, for people who decide over its firewall.

`write_report` is the one way in. It needs Jinja2, which the extra ``report`` installs.
"""

from __future__ import annotations

from netstat_fw.report.rendering import write_report

__all__ = ["write_report"]
