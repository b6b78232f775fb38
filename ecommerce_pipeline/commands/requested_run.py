"""What was asked of `run`: days, and whether those that have changed in the source join them."""

from dataclasses import dataclass

from ecommerce_pipeline.partitions import Days


@dataclass(frozen=True)
class RequestedRun:
    """The days of a run before the source was looked at.

    Attributes:
        days: The days that were named; None if only changed days are to be built.
        with_changed: Whether days that have changed join them.
        exact: Whether all days are compared, whatever the times of their rows.
        up_to_newest: Whether the days end with the source's newest whole day, because none was named.
    """

    days: Days | None
    with_changed: bool = True
    exact: bool = False
    up_to_newest: bool = False
