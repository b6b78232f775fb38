"""What the watch reads, and how findings become a `Problem`: routed, masked and shortened in one place."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from dagster import AssetKey, DagsterInstance, RepositoryDefinition

from ecommerce_pipeline.alerts.problem import Problem
from ecommerce_pipeline.masking import Masker
from ecommerce_pipeline.settings import Settings

MESSAGE_CHARACTERS: Final = 2_000
TRACE_CHARACTERS: Final = 4_000
NAMES: Final = 500
"""Most assets that a problem names."""

# Fields that identify something, so they must not be masked.
_KEPT: Final = {"id", "kind", "seen", "started", "tries", "run_id", "backfill", "link", "to", "recovery_conditions"}


@dataclass(frozen=True)
class WatchContext:
    """What the watch reads.

    Attributes:
        instance: The instance.
        repository: The code location's definitions: its assets, jobs and schedules.
        settings: The settings.
        masker: Masks secrets.
        now: The time.
        location: The code location's name in the UI.
    """

    instance: DagsterInstance
    repository: RepositoryDefinition
    settings: Settings
    masker: Masker
    now: float
    location: str = "ecommerce_pipeline"

    def page(self, kind: str, name: str) -> str:
        """Return the path of a schedule's or sensor's page in the UI."""
        return f"/locations/{self.repository.name}@{self.location}/{kind}/{name}"

    def problem(self, owned: Iterable[AssetKey], **fields: Any) -> Problem:
        """Return a problem, addressed to the owners of the assets, with its texts masked and shortened."""
        shown = [*fields.get("assets", ())[:NAMES], *fields.get("stale", ())[:NAMES]]
        fields["whole"] = [name for name in shown if not self.is_partitioned(AssetKey.from_user_string(name))]
        masked = {name: value if name in _KEPT else self.masker.walk(value) for name, value in fields.items()}
        for error in masked.get("errors", ()):
            error["message"] = _head(error["message"].strip(), MESSAGE_CHARACTERS)
            error["trace"] = _tail(error.get("trace", ""), TRACE_CHARACTERS)
        masked["note"] = _head(masked.get("note", ""), MESSAGE_CHARACTERS)
        for name in ("assets", "stale"):
            masked[name] = tuple(masked.get(name, ()))[:NAMES]
        return Problem.model_validate({**masked, "to": self.recipients(owned)})

    def recipients(self, keys: Iterable[AssetKey]) -> tuple[str, ...]:
        """Return the recipients for assets: each owner's route, an owner that is an address, or the default."""
        graph, settings = self.repository.asset_graph, self.settings
        found: dict[str, None] = {}
        without_owner = True
        for key in keys:
            owners = graph.get(key).owners if graph.has(key) else ()
            for owner in owners or ("",):
                without_owner = False
                own = (owner,) if "@" in owner else settings.alert_default
                found |= dict.fromkeys(settings.alert_routes.get(owner, own))
        return settings.alert_default if without_owner else tuple(found)

    def is_partitioned(self, key: AssetKey) -> bool:
        """Return whether an asset is known and has partitions."""
        graph = self.repository.asset_graph
        return graph.has(key) and graph.get(key).is_partitioned

    def downstream(self, keys: Iterable[AssetKey]) -> list[AssetKey]:
        """Return the assets downstream of these, nearest first, without these."""
        graph = self.repository.asset_graph
        start = [key for key in keys if graph.has(key)]
        reached = dict.fromkeys(start)
        level = start
        while level:
            children = sorted({child for key in level for child in graph.get(key).child_keys} - set(reached))
            reached |= dict.fromkeys(children)
            level = children
        return [key for key in reached if key not in set(start)]


def _head(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length].rstrip()} ..."


def _tail(text: str, length: int) -> str:
    return text if len(text) <= length else f"... {text[-length:].partition(chr(10))[2]}"
