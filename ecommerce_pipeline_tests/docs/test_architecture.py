"""The picture in docs/architecture.md against the imports of the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecommerce_pipeline.settings import PROJECT_ROOT

PACKAGE = PROJECT_ROOT / "ecommerce_pipeline"
PICTURE = (PROJECT_ROOT / "docs" / "architecture.md").read_text().split("```")[1]
ROOMS = [label.removesuffix(".py").removesuffix("/") for label in re.findall(r"\w+\[([\w./]+)\]", PICTURE)]
"""The modules and folders of the package in the picture's order: top to bottom, left to right."""


def room(module: str) -> str:
    """Return the module or folder of the package's root that a module belongs to."""
    return module.split(".")[1]


def imports() -> Iterator[tuple[Path, str]]:
    """Yield each import of another room: the file, and the module that it imports."""
    for path in PACKAGE.rglob("*.py"):
        own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text())):
            found: list[str] = []
            if isinstance(node, ast.ImportFrom) and node.module:
                package = node.module == PACKAGE.name
                found = [f"{node.module}.{alias.name}" for alias in node.names] if package else [node.module]
            elif isinstance(node, ast.Import):
                found = [alias.name for alias in node.names]
            yield from (
                (path, module) for module in found if module.startswith(f"{PACKAGE.name}.") and room(module) != own
            )


def test_the_picture_has_every_module_and_folder_of_the_package() -> None:
    there = {path.stem for path in PACKAGE.glob("*.py")} | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert sorted(ROOMS) == sorted(there - {"__init__"})


def test_imports_go_down_or_to_the_right_in_the_picture() -> None:
    floor = {name: number for number, name in enumerate(ROOMS)}
    upward = [
        f"{path.relative_to(PROJECT_ROOT)} imports {module}"
        for path, module in imports()
        if path != PACKAGE / "__init__.py"
        and floor[room(module)] < floor[path.relative_to(PACKAGE).parts[0].removesuffix(".py")]
    ]
    assert upward == []


@pytest.mark.parametrize("name", ["schema", "synthetic", "dashboard", "forecasts"])
def test_the_folders_without_dagster_do_not_import_it(name: str) -> None:
    files = list((PACKAGE / name).rglob("*.py"))
    assert files
    assert [
        path.name for path in files if re.search(r"^\s*(from|import) dagster", path.read_text(), re.MULTILINE)
    ] == []
