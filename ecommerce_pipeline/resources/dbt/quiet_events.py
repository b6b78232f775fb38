"""dbt's events without those that nothing shows: dbt makes a message of each event, and asks its logs afterwards."""

from typing import Any

from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager


class QuietEvents(EventManager):
    """dbt's event manager; it drops debug events early where no log shows them."""

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        """Show an event in the logs of its level."""
        is_shown = (level or e.level_tag()) != EventLevel.DEBUG or self.callbacks
        if is_shown or any(log.level == EventLevel.DEBUG for log in self.loggers):
            super().fire_event(e, level, node, force_warn_or_error_handling)
