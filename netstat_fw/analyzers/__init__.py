"""Analyzers: what captured sockets mean for a firewall."""
