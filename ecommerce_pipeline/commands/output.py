"""How a command reports: text for people, or one JSON document for programs (docs/command_line.md lists the keys)."""

import json
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TextIO

from rich.console import Console

UNLIMITED: Final = 10_000
"""Columns of output that is no terminal: lines of files and pipes are not wrapped."""


def console_on(stream: TextIO, *, quiet: bool = False) -> Console:
    """Return a console that wraps text at the width of a terminal, and nowhere else."""
    return Console(file=stream, quiet=quiet, highlight=False, width=None if stream.isatty() else UNLIMITED)


@dataclass(frozen=True)
class Output:
    """Where a command reports.

    Attributes:
        json: Print one JSON document on standard output; text goes to standard error.
        quiet: Print no text but errors.
        verbose: Print what steps log, too.
    """

    json: bool = False
    quiet: bool = False
    verbose: bool = False

    @cached_property
    def console(self) -> Console:
        """The console of text."""
        return console_on(sys.stderr if self.json else sys.stdout, quiet=self.quiet)

    @cached_property
    def errors(self) -> Console:
        """The console of what is wrong, which `quiet` leaves."""
        return console_on(sys.stderr if self.json else sys.stdout)

    def document(self, *, ok: bool, **values: Any) -> None:
        """Print the document, if one is wanted; decimals are strings, so that they stay exact."""
        if self.json:
            sys.stdout.write(json.dumps({"ok": ok, **values}, default=str, ensure_ascii=False) + "\n")
