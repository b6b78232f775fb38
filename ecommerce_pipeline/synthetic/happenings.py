"""What can happen to a row in its life beyond the usual, as bits of one internal column beside the table's own."""

from enum import IntFlag, auto
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic.random_streams import Flags, Ints

PLANTED: Final = "planted"
"""Internal column: what is planted with this row on the day it is written."""


class Happening(IntFlag):
    """Why a row is written, changed or deleted on a day; the names in lower case are listed as planted."""

    LATE = auto()
    COMMITTED_LATE = auto()
    EDITED = auto()
    LINE_REMOVED = auto()
    CANCELLED_UNPAID = auto()
    CANCELLED_PAID = auto()
    PAID_LATE = auto()
    MOVED = auto()
    ORDER_DELETED = auto()


UNSTEADY: Final = 1 << 40
"""Not listed: bit of the rows of orders that are changed or deleted some day. Broken rows are no copies of these."""


def bits(happening: int, flags: Flags) -> Ints:
    """Return the happening's bit where it is flagged, otherwise 0."""
    return np.where(flags, int(happening), 0)


def names() -> tuple[str, ...]:
    """Return the names under which happenings are listed, in the order of their bits."""
    return tuple(str(each.name).lower() for each in Happening)
