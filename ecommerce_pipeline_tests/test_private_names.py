"""Dagster's private names: which ones the package uses, where, and that the installed Dagster has each."""

from importlib import import_module

import pytest

from ecommerce_pipeline_tests.support.modules import Import, imports, modules

GATEWAYS = {
    "ecommerce_pipeline.alerts.watch.dagster_private",
    "ecommerce_pipeline.execution.dagster_private",
    "ecommerce_pipeline.instance.dagster_private",
}
"""The only modules that may import private names; all others import them from there."""
FOLDERS = {gateway.rpartition(".")[0] for gateway in GATEWAYS}


def is_private(found: Import) -> bool:
    """Return whether an import is of a private name: of a private module, or of Dagster's shared internals."""
    package, *path = f"{found.module}.{found.name}".split(".")
    return package == "dagster_shared" or (package.startswith("dagster") and any(part.startswith("_") for part in path))


PRIVATE = [found for found in imports() if is_private(found)]
NAMES = sorted({(found.module, found.name) for found in PRIVATE})


@pytest.mark.parametrize(("module", "name"), NAMES, ids=[".".join(pair) for pair in NAMES])
def test_dagster_still_has_the_private_name(module: str, name: str) -> None:
    assert hasattr(import_module(module), name), f"this Dagster has no {module}.{name}: see {sorted(GATEWAYS)}"


def test_private_names_are_imported_in_the_gateways_only() -> None:
    assert [found for found in PRIVATE if found.importer not in GATEWAYS] == []
    assert {found.importer for found in PRIVATE} == GATEWAYS


def overrides() -> list[tuple[type, str]]:
    """Return class and name of each method that overrides one of Dagster's (`@override`)."""
    loaded = [import_module(name) for name in modules() if name.startswith(tuple(f"{folder}." for folder in FOLDERS))]
    classes = {value for module in loaded for value in vars(module).values() if isinstance(value, type)}
    found = [
        (owner, name)
        for owner in classes
        for name, member in vars(owner).items()
        if getattr(getattr(member, "fget", member), "__override__", False)
    ]
    return sorted(found, key=str)


def test_dagster_still_has_each_method_that_a_subclass_overrides() -> None:
    """A hook that Dagster renamed would never be called again: secrets would be stored unmasked, without an error."""
    found = overrides()
    assert "_event_to_row" in {name for _, name in found}
    lost = [(owner, name) for owner, name in found if not any(hasattr(base, name) for base in owner.__bases__)]
    assert lost == []


def test_gateways_are_used_within_their_own_folder_or_below_an_interface_of_ours() -> None:
    """`instance/` serves `execution/` and `alerts/watch/` too; nothing else sees a private name."""
    users = {found.importer for found in imports() if found.module in GATEWAYS}
    assert [user for user in users if not any(user.startswith(f"{folder}.") for folder in FOLDERS)] == []
