"""Exporters: a ruleset in the syntax of a firewall."""
