"""Grammars: what each netstat dialect prints, as pyparsing expressions and nothing else."""
