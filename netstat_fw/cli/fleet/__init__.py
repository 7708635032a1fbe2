"""Fleets in the command: their sources, engines, journal, datasets and summary."""
