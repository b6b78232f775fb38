"""Markdown for metadata in the Dagster UI, with values of rows as text: no HTML, images, hidden links or formatting."""

import re
from collections.abc import Iterable, Sequence

SPECIAL = re.compile(r"[\\`*_{}\[\]()<>#!|~&]")
"""What Markdown or its tables give a meaning; CommonMark shows it as it is behind a backslash."""


def as_text(value: object) -> str:
    r"""Return a value as Markdown on one line that shows it literally.

    >>> print(as_text("<b>|[x](https://a.example)"))
    \<b\>\|\[x\]\(https://a.example\)
    """
    return SPECIAL.sub(lambda found: f"\\{found[0]}", " ".join(str(value).splitlines()))


def table(header: Sequence[str], rows: Iterable[Sequence[object]], right: int = 0) -> str:
    """Return a Markdown table.

    Args:
        header: The names of the columns.
        rows: The values.
        right: How many columns, the last ones, are aligned right.
    """
    align = ["---"] * (len(header) - right) + ["---:"] * right
    lines = [[as_text(name) for name in header], align, *([as_text(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
