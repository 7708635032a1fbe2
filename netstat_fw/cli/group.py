"""The group of all subcommands, which loads the one that is called and no other.

What the help and the completion of the group show stands in the table below, so that neither has to
load a subcommand.
"""

from __future__ import annotations

import errno
import importlib
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

import netstat_fw
from netstat_fw.cli.failures import InputError, cleaned
from netstat_fw.errors import LockOutError, NetstatFwError

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLES = """\
\b
Examples:
  netstat -anp | netstat-fw plan -
  netstat-fw plan night1.txt night2.txt.gz
  netstat-fw decide capture.txt --interactive
  netstat-fw export capture.txt --to nftables --decisions decisions.toml -o firewall.nft
  netstat-fw check firewall.json later.txt

CAPTURE is a file with netstat's output, also gzipped, a folder of such files, or - for standard
input. All captures that one call names are of one host.

\b
Status: 0 done; 1 done, but input could not be read as a whole, or a check failed;
        2 wrong call or unusable input.

\b
Completion of words in bash; zsh and fish alike:
  eval "$(_NETSTAT_FW_COMPLETE=bash_source netstat-fw)"
"""


class Subcommands(click.Group):
    """Finds subcommands in `SUBCOMMANDS`, and turns the library's errors into one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        """Return the names in the order of the help."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one subcommand; None for an unknown name."""
        if cmd_name not in SUBCOMMANDS:
            return None
        command: click.Command = importlib.import_module(
            f"netstat_fw.cli.commands.{cmd_name}"
        ).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table of subcommands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUBCOMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a subcommand, or an option of the group."""
        names = [
            CompletionItem(name, help=sentence)
            for name, sentence in SUBCOMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's interface
        """Run a subcommand; what the library refuses ends it with one sentence and status 2."""
        try:
            return super().invoke(ctx)
        except LockOutError as error:
            raise InputError(str(error).replace("allow_lockout", "--allow-lockout")) from None
        except NetstatFwError as error:
            raise InputError(cleaned(str(error))) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read the output has enough of it
                raise
            where = "" if error.filename is None else f"{error.filename}: "
            raise InputError(cleaned(f"{where}{error.strerror or error}")) from None
        except MemoryError:
            raise InputError(
                "there is not enough memory for this input: split it, and read the parts by"
                " themselves"
            ) from None


SUBCOMMANDS: Mapping[str, str] = {
    "plan": "Show the proposed firewall: what, for whom, how sure, why - and what is not known.",
    "decide": "Write or update the decisions file: answers that win over every guess.",
    "export": "Write the proposed firewall in the syntax of a target.",
    "targets": "Show the targets of export, and what each can and cannot hold.",
    "check": "Replay captures against a ruleset: would it cut off what was observed?",
    "diff": "Compare two rulesets or captures: what was opened, closed, widened, narrowed.",
    "report": "Write a page with a picture of the host, its rules, their evidence, and open"
    " questions.",
    "explain": "Show what became of one captured line, and why.",
    "parse": "Write the typed records that a capture was read into.",
    "fleet": "Work out what captures of many hosts say, each and together.",
    "live": "Run this machine's netstat, and show the firewall that fits it.",
}


@click.group(
    cls=Subcommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXAMPLES,
)
@click.version_option(netstat_fw.__version__, prog_name="netstat-fw")
def app() -> None:
    """Read captured netstat text and work out which firewall fits the host."""
