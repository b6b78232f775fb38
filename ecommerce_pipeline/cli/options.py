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
