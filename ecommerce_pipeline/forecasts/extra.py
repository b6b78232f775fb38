"""The optional extra `forecast`: whether it is installed, and its modules, whose import is slow."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Final

from numpy import float64
from numpy.typing import NDArray

LIBRARY: Final = "statsforecast"


def installed() -> bool:
    """Return whether the extra is installed, without importing it."""
    return find_spec(LIBRARY) is not None


def library_version() -> str:
    """Return the library with its version, as forecasts name it."""
    return f"{LIBRARY} {version(LIBRARY)}"


def own_version() -> str:
    """Return this package with its version."""
    return f"ecommerce-pipeline {version('ecommerce-pipeline')}"


def models() -> Any:
    """Return the library's module of models."""
    return import_module(f"{LIBRARY}.models")


def special() -> Any:
    """Return SciPy's module of special functions."""
    return import_module("scipy.special")


def one_thread() -> AbstractContextManager[Any]:
    """Limit linear algebra of the libraries imported by now to one thread: on small matrices, more only wait."""
    limits: AbstractContextManager[Any] = import_module("threadpoolctl").threadpool_limits(1, "blas")
    return limits


def minimize(
    loss: Callable[[NDArray[float64]], tuple[float, NDArray[float64]]],
    start: NDArray[float64],
    bounds: Sequence[tuple[float, float]],
) -> NDArray[float64]:
    """Return where a loss, which comes with its slope, is least within bounds, by SciPy's L-BFGS-B."""
    options = {"ftol": 1e-10, "gtol": 1e-6}
    optimize = import_module("scipy.optimize")
    with one_thread():  # SciPy brings a library of its own
        found: NDArray[float64] = optimize.minimize(
            loss, start, method="L-BFGS-B", jac=True, bounds=bounds, options=options
        ).x
    return found
