"""One subcommand per module: its options, one call of the library, one way of showing it."""
