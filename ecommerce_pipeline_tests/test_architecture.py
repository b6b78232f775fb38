"""The layout of the package: few modules in its root, no import cycles. Its folders: see `docs/test_architecture.py`.

Only entry points have side effects at import: importing any other module must not change the process.
"""

import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

import pytest

from ecommerce_pipeline_tests.support.modules import PACKAGE, imports, modules

ROOT = "ecommerce_pipeline"
MODULES_IN_ROOT = 10
ENTRY_POINTS = {f"{ROOT}.commands.run", f"{ROOT}.commands.rebuild", f"{ROOT}.commands.rebuild_warehouse"}
"""They load the code location, as the workspace does, to run its jobs from the command line."""


def internal_imports() -> Iterator[tuple[str, str]]:
    """Yield importer and imported module of each import within the package."""
    for found in imports():
        if found.module in modules():
            yield found.importer, found.module


def test_the_package_s_root_holds_few_modules() -> None:
    assert len([*PACKAGE.glob("*.py")]) <= MODULES_IN_ROOT


def test_no_modules_import_each_other_in_a_cycle() -> None:
    graph: dict[str, set[str]] = {}
    for importer, imported in internal_imports():
        graph.setdefault(importer, set()).add(imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' <- '.join(error.args[1])}")


def test_only_entry_points_import_the_definitions() -> None:
    assert {importer for importer, imported in internal_imports() if imported == f"{ROOT}.definitions"} <= ENTRY_POINTS


def test_importing_a_module_changes_nothing_in_the_process() -> None:
    """Dagster imports the storages in processes that are not ours to configure, such as a check of dagster.yaml."""
    program = """
import gc, os, sys
import dagster, dagster_postgres, dagster_dbt
before = gc.get_threshold(), sys.stdout, sys.stderr, dict(os.environ)
from importlib import import_module
for module in sys.argv[1:]:
    import_module(module)
after = gc.get_threshold(), sys.stdout, sys.stderr, dict(os.environ)
for old, new in zip(before, after, strict=True):
    assert old == new, (old, new)
"""
    names = [name for name in modules() if name != f"{ROOT}.definitions"]
    subprocess.run([sys.executable, "-c", program, *names], check=True)


def test_a_process_that_loads_the_graph_imports_no_dbt() -> None:
    """It takes more than a second, in each process of the UI and of a run; only dbt's own process needs it."""
    program = """
import sys
import ecommerce_pipeline.assets.transform, ecommerce_pipeline.targets
found = {name.partition(".")[0] for name in sys.modules} & {"dbt", "dbt_common", "mashumaro"}
assert not found, found
"""
    subprocess.run([sys.executable, "-c", program], check=True)
