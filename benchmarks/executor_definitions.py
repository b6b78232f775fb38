"""The platform's definitions with the executor that a variable names: the code location of `benchmarks.executors`."""

import os
from collections.abc import Mapping
from typing import Any

from dagster import Definitions, in_process_executor, multiprocess_executor

from benchmarks.executors import EXECUTOR
from ecommerce_pipeline import definitions
from ecommerce_pipeline.targets import target_of


def with_executor(name: str) -> Definitions:
    """Return the platform's definitions with another executor that runs at most as many steps at once."""
    platform, at_once = definitions.defs, target_of(definitions.environment_settings).steps_at_once
    forkserver: Mapping[str, Any] = {"start_method": {"forkserver": {"preload_modules": [__name__]}}}
    executors = {
        "threads": platform.executor,
        "in_process": in_process_executor,
        "multiprocess": multiprocess_executor.configured({"max_concurrent": at_once}),
        "multiprocess by forkserver": multiprocess_executor.configured({"max_concurrent": at_once, **forkserver}),
    }
    return Definitions(
        assets=platform.assets,
        asset_checks=platform.asset_checks,
        jobs=platform.jobs,
        resources=platform.resources,
        executor=executors[name],
    )


defs = with_executor(os.environ[EXECUTOR])
