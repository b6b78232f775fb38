"""The slots of pools that a run's steps hold."""

from dagster import DagsterInstance, DagsterRun
from typing_extensions import override

from ecommerce_pipeline.execution.dagster_private import InstanceConcurrencyContext
from ecommerce_pipeline.execution.pool_wait import PoolWait


class PoolSlots(InstanceConcurrencyContext):
    """Claims pool slots without asking the storage for slots that this run itself holds.

    Dagster's own class polls the storage for a full pool, a second or more apart. A step whose pool is full with steps
    of the same run waits for their end instead, so it starts at once. The wait for other runs is reported.

    With `shared`, steps of the run do not wait for each other: one of them claims the pool's slot, and it is free for
    other runs when none of them needs it any more.
    """

    def __init__(self, instance: DagsterInstance, run: DagsterRun, *, shared: bool) -> None:
        super().__init__(instance, run)
        self._run = run
        self._shared = shared
        self._held: dict[str, str] = {}
        self._claimed_by: dict[str, str] = {}
        self._waits: dict[str, PoolWait] = {}

    @override
    def claim(self, concurrency_key: str, step_key: str, step_priority: int = 0) -> bool:
        """Claim a slot of a pool for a step; return whether one was free."""
        held_here = list(self._held.values()).count(concurrency_key)
        if held_here and self._shared:
            if step_key in self._pending_claims:  # of the time when another run held the pool
                self._pending_claims.remove(step_key)
                self._instance.event_log_storage.free_concurrency_slot_for_step(self._run_id, step_key)
        else:
            pool = self.get_pool_info(concurrency_key)
            if held_here and pool is not None and held_here >= pool.limit:
                return False
            if not super().claim(concurrency_key, step_key, step_priority):
                if step_key not in self._waits:
                    self._waits[step_key] = PoolWait(self._instance, self._run, step_key, concurrency_key)
                self._waits[step_key].look()
                return False
            self._claimed_by[concurrency_key] = step_key
        self._waits.pop(step_key, None)
        self._held[step_key] = concurrency_key
        return True

    @override
    def free_step(self, step_key: str) -> None:
        """Free the slot of a step, and a shared one after the last step that needs it."""
        pool = self._held.pop(step_key, None)
        if pool and self._shared:
            if pool not in self._held.values():
                super().free_step(self._claimed_by[pool])
        else:
            super().free_step(step_key)
