"""The ruleset: a firewall as a value that other tools can import."""
