import doctest
from types import ModuleType

import pytest

from ecommerce_pipeline.assets import transform
from ecommerce_pipeline.io_managers import objects


@pytest.mark.parametrize("module", [objects, transform])
def test_the_examples_in_docstrings_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
