"""The layout of the package: few modules in its root, and imports in one direction."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import combinations

import pytest

from ecommerce_pipeline_tests.support.modules import PACKAGE, imports, modules

ROOT = "ecommerce_pipeline"
MODULES_IN_ROOT = 10
LEVELS = (
    {"definitions"},
    {"automation", "assets"},
    {"io_managers", "quality"},
    {"lake"},
    {"resources"},
    {"schema", "settings"},
)
"""Each level may import the ones below it and none above it."""
ENTRY_POINTS = {f"{ROOT}.commands.run"}
"""What loads the code location, as the workspace does, to run one of its jobs from the command line."""
WITHOUT_DAGSTER = ("synthetic", "schema")


def internal_imports() -> Iterator[tuple[str, str]]:
    """Yield importer and imported module of each import within the package."""
    for found in imports():
        if found.module in modules():
            yield found.importer, found.module


def folder(module: str) -> str:
    """Return the folder of a module, or the name of a module in the root."""
    return module.removeprefix(f"{ROOT}.").partition(".")[0]


def check_acyclic(graph: Mapping[str, set[str]]) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' <- '.join(error.args[1])}")


def test_the_package_s_root_holds_few_modules() -> None:
    assert len([*PACKAGE.glob("*.py")]) <= MODULES_IN_ROOT


def test_no_modules_import_each_other_in_a_cycle() -> None:
    graph: dict[str, set[str]] = {}
    for importer, imported in internal_imports():
        graph.setdefault(importer, set()).add(imported)
    check_acyclic(graph)


def test_no_folders_import_each_other_in_a_cycle() -> None:
    graph: dict[str, set[str]] = {}
    for importer, imported in internal_imports():
        if folder(importer) != folder(imported):
            graph.setdefault(folder(importer), set()).add(folder(imported))
    check_acyclic(graph)


def test_imports_go_from_assembly_down_to_the_contract_and_the_settings() -> None:
    upward = {(low, high) for above, below in combinations(LEVELS, 2) for low in below for high in above}
    assert [pair for pair in internal_imports() if (folder(pair[0]), folder(pair[1])) in upward] == []


def test_only_entry_points_import_the_definitions() -> None:
    assert {importer for importer, imported in internal_imports() if imported == f"{ROOT}.definitions"} <= ENTRY_POINTS


@pytest.mark.parametrize("name", WITHOUT_DAGSTER)
def test_the_shop_and_the_contract_know_nothing_of_dagster(name: str) -> None:
    found = [one for one in imports() if folder(one.importer) == name and one.module.startswith("dagster")]
    assert found == []
