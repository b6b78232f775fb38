"""Options that several commands share."""

from typing import Annotated

import typer

FirstDay = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="First day, YYYY-MM-DD; default: RUN_DAYS before --to.")
]
LastDay = Annotated[
    str | None,
    typer.Option("--to", metavar="DAY", help="Last day, YYYY-MM-DD; default: END_DATE or, if earlier, yesterday."),
]
TheseDays = Annotated[
    str | None,
    typer.Option(
        "--days", metavar="DAYS", help="Days that need not lie together: '2026-03-01 to 2026-03-05, 2026-03-09'."
    ),
]
Exact = Annotated[
    bool,
    typer.Option(
        "--exact", help="Compare the rows of all days, not only those that changed since the last run by time."
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON document on standard output, and text on standard error.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Also print what steps log and, after an error, its stack trace.")
]
