"""What counts as built and as checked of a window that is built in parts; with real dbt in integration/."""

from collections.abc import Sequence

from dagster import AssetCheckResult, AssetKey, AssetObservation, Output

from ecommerce_pipeline.assets.dbt_build import BuiltPart, Event, combined_events, partly_built, total_costs
from ecommerce_pipeline.errors import PlatformError, TransientError

SALES = AssetKey(["datamart", "sales"])


def part(*events: Event, error: PlatformError | None = None, cost: int = 0) -> BuiltPart:
    return BuiltPart(None, events, {"model.sales": {"bytes billed": cost}}, {}, error)


def check(name: str, *, passed: bool) -> AssetCheckResult:
    return AssetCheckResult(asset_key=SALES, check_name=name, passed=passed)


def built(name: str) -> Output[None]:
    return Output(None, name)


def summary(parts: Sequence[BuiltPart], windows: int) -> list[str]:
    return [
        event.output_name if isinstance(event, Output) else f"{event.check_name} {event.passed}"  # type: ignore[union-attr]
        for event in combined_events(parts, windows)
    ]


def test_each_model_and_check_of_all_parts_is_reported_once() -> None:
    one = part(built("core__a"), check("key", passed=True), built("core__b"))
    assert summary([one, one], 2) == ["core__a", "key True", "core__b"]
    assert partly_built([one, one], 2) == []


def test_a_check_that_failed_in_an_earlier_part_has_failed() -> None:
    parts = [part(built("core__a"), check("key", passed=False)), part(built("core__a"), check("key", passed=True))]
    assert summary(parts, 2) == ["core__a", "key False"]


def test_a_failed_check_of_an_earlier_part_is_reported_though_the_last_part_failed_before_it() -> None:
    parts = [part(built("core__a"), check("key", passed=False)), part(error=TransientError("no space"))]
    assert summary(parts, 2) == ["key False"]


def test_a_model_that_a_part_did_not_build_is_named_and_not_reported_as_built() -> None:
    """Dagster would record it as materialized for all days of the run."""
    failed = [
        part(built("core__a"), built("core__b"), check("key", passed=True)),
        part(built("core__a"), error=PlatformError("stop")),
    ]
    assert summary(failed, 2) == ["core__a"]
    assert partly_built(failed, 2) == ["core/b"]
    assert summary(failed, 3) == []
    assert partly_built(failed, 3) == ["core/a", "core/b"]


def test_observations_of_every_part_are_kept_and_costs_are_added() -> None:
    parts = [part(AssetObservation(SALES), cost=3), part(AssetObservation(SALES), cost=4)]
    assert len(list(combined_events(parts, 2))) == 2
    assert total_costs(parts) == {"model.sales": {"bytes billed": 7}}
