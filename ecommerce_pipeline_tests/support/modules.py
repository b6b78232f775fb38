"""The package's modules and what each imports, read from the source without importing it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ecommerce_pipeline

PACKAGE = Path(ecommerce_pipeline.__file__).parent


@dataclass(frozen=True)
class Import:
    """An import statement's name.

    Attributes:
        importer: The module, in the package, that imports it.
        module: The module imported, or imported from.
        name: The name imported from it; empty where the module itself is imported.
    """

    importer: str
    module: str
    name: str = ""


@cache
def modules() -> dict[str, Path]:
    """Return the package's modules by dotted name."""
    return {_dotted(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def imports() -> tuple[Import, ...]:
    """Return all imports of the package, those inside functions too."""
    return tuple(found for module in modules() for found in _imports(module))


def _dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(importer: str) -> Iterator[Import]:
    for node in ast.walk(ast.parse(modules()[importer].read_text())):
        match node:
            case ast.Import(names=names):
                yield from (Import(importer, name.name) for name in names)
            case ast.ImportFrom(module=str(module), names=names):
                for name in names:
                    submodule = f"{module}.{name.name}"
                    yield Import(importer, submodule) if submodule in modules() else Import(importer, module, name.name)
