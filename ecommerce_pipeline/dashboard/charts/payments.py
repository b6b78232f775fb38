"""Payments: methods, success and retries."""

from typing import Any, Final

from ecommerce_pipeline.dashboard.charts import marks
from ecommerce_pipeline.dashboard.charts.chart import Chart, Key, Section
from ecommerce_pipeline.dashboard.charts.grammar import alt


def payment_shares() -> Any:
    """Draw each method's share of orders sold, compared with the period before."""
    return marks.ranking(tick=True)


def payment_success() -> Any:
    """Draw the approved share of each method's attempts, as dots: their scale need not start at 0."""
    base = alt.Chart(marks.rows()).encode(
        y=alt.Y("label:N", sort=None, axis=alt.Axis(grid=False, labelLimit=130, labelColor=marks.INK)),
        x=alt.X(
            "value:Q",
            scale=alt.Scale(zero=False, nice=False, padding=34),
            axis=alt.Axis(labelExpr="percent(datum.value)", tickCount=4, grid=True, orient="top"),
        ),
    )
    dots = base.mark_circle(size=110, color=marks.ACCENT, opacity=1).encode(tooltip="tip:N")
    values = base.mark_text(align="left", dx=10, fontWeight=600).encode(text="shown:N")
    return marks.by_row(alt.layer(dots, values), marks.ROW_HEIGHT)


def retry_recovery() -> Any:
    """Draw each method's retries, and how many were approved."""
    return marks.ranking(marks.BEFORE, inner=("recovered", marks.GOOD))


SECTION: Final = Section(
    "payments",
    "Payments",
    "How do people pay, and how often does it fail?",
    (
        Chart(
            "payment_shares",
            "Payment methods",
            "share of orders sold, by method of the order",
            ("payments", "methods"),
            payment_shares,
            needs=("payment_methods",),
            metrics=("orders_sold",),
            keys=(Key("This period", "var(--accent)"), Key("Period before", "var(--ink)", "tick")),
        ),
        Chart(
            "payment_success",
            "Payment approval rate",
            "approved share of attempts, by method of the attempt",
            ("payments", "methods"),
            payment_success,
            needs=("payment_attempts",),
            metrics=("payment_approval_rate", "attempts", "attempts_approved"),
        ),
        Chart(
            "retry_recovery",
            "Retry recovery rate",
            "attempts after a failed one, by method of the attempt",
            ("payments", "methods"),
            retry_recovery,
            needs=("payment_attempts",),
            metrics=("retry_recovery_rate", "retries", "recoveries", "recovered_amount"),
            keys=(Key("Retries", "var(--before)"), Key("Approved", "var(--good)")),
        ),
    ),
)
