"""What the watch looks at, and how what it sees becomes a `Problem`: routed, masked and shortened in one place."""

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
"""More assets than that no reader wants to hear of one by one."""

# What is not text to read but names something, and has to stay as it is.
_KEPT: Final = {"id", "kind", "seen", "started", "tries", "run_id", "backfill", "link", "to", "watched"}


@dataclass(frozen=True)
class View:
    """What the watch looks at.

    Attributes:
        instance: Whose runs.
        repository: The code location's definitions: its assets, jobs and schedules.
        settings: What can be set.
        masker: What may not be said.
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

    def problem(self, owned: Iterable[AssetKey], **facts: Any) -> Problem:
        """Return a problem, told to the owners of the assets, with everything that is text masked and shortened."""
        shown = [*facts.get("assets", ())[:NAMES], *facts.get("stale", ())[:NAMES]]
        facts["whole"] = [name for name in shown if not self.is_partitioned(AssetKey.from_user_string(name))]
        masked = {name: value if name in _KEPT else self.masker.walk(value) for name, value in facts.items()}
        for error in masked.get("errors", ()):
            error["message"] = _head(error["message"].strip(), MESSAGE_CHARACTERS)
            error["trace"] = _tail(error.get("trace", ""), TRACE_CHARACTERS)
        masked["note"] = _head(masked.get("note", ""), MESSAGE_CHARACTERS)
        for name in ("assets", "stale"):
            masked[name] = tuple(masked.get(name, ()))[:NAMES]
        return Problem.model_validate({**masked, "to": self.readers(owned)})

    def readers(self, keys: Iterable[AssetKey]) -> tuple[str, ...]:
        """Return who is told of assets: by the route of each owner, an owner's own address, or the default."""
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
        """Return the assets that are made of these, nearest first, without these."""
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
