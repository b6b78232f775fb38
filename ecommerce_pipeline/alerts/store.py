"""Stores the `State` in Dagster's run storage, SQLite or PostgreSQL: no file or volume of our own, nothing to set up.

It is one row of the table in which Dagster's daemons store their own cursors. Changes are compare-and-swap: of two
processes that change it at once, the second starts over from the new state.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

import sqlalchemy as sql
from dagster import DagsterInstance
from sqlalchemy.exc import IntegrityError

from ecommerce_pipeline.alerts.state import State
from ecommerce_pipeline.instance.sql_storage import KEY_VALUES, sql_run_storage

KEY: Final = "ecommerce_pipeline/alerts"
ATTEMPTS: Final = 20

Result = TypeVar("Result")


class StateStore:
    """Reads and changes the state of a Dagster instance."""

    def __init__(self, instance: DagsterInstance) -> None:
        self._storage = sql_run_storage(instance)

    def read(self) -> State:
        """Return the state; it is empty before the first change."""
        kept = self._kept()
        return State() if kept is None else State.model_validate_json(kept)

    def change(self, how: Callable[[State], Result]) -> Result:
        """Apply a function to the state and store the result; start over if another process changed it in the meantime.

        Returns:
            The function's result.

        Raises:
            RuntimeError: Other processes changed it at each attempt.
        """
        for _ in range(ATTEMPTS):
            before = self._kept()
            state = State() if before is None else State.model_validate_json(before)
            unchanged = state.model_dump_json()
            result = how(state)
            if state.model_dump_json() == unchanged and before is not None:
                return result
            state.revision += 1
            if self._replace(before, state.model_dump_json()):
                return result
        raise RuntimeError("the state of the alerts changes faster than it can be stored")

    def _kept(self) -> str | None:
        query = sql.select(KEY_VALUES.c.value).where(KEY_VALUES.c.key == KEY)
        with self._storage.connect() as connection:
            return connection.execute(query).scalar_one_or_none()

    def _replace(self, before: str | None, after: str) -> bool:
        table = KEY_VALUES
        if before is None:
            with suppress(IntegrityError), self._storage.connect() as connection:
                connection.execute(table.insert().values(key=KEY, value=after))
                return True
            return False
        same = sql.and_(table.c.key == KEY, table.c.value == before)
        with self._storage.connect() as connection:
            return bool(connection.execute(table.update().where(same).values(value=after)).rowcount)
