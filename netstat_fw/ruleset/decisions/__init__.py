"""Decisions: what the operator has decided, and the TOML file that it is kept in."""
