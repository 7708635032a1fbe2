"""Port names: services files read into entries, and catalogs that answer for a port or a name.

Nothing here reads a file of the host: whoever has a services file passes its text.
"""

from netstat_fw.services.builtin import builtin_catalog
from netstat_fw.services.catalog import ServiceCatalog
from netstat_fw.services.files import ServiceEntry, ServicesFile, parse_services

__all__ = [
    "ServiceCatalog",
    "ServiceEntry",
    "ServicesFile",
    "builtin_catalog",
    "parse_services",
]
