import doctest
from types import ModuleType

import pytest

from ecommerce_pipeline import masking, settings_mail
from ecommerce_pipeline.alerts import content
from ecommerce_pipeline.alerts import email as message
from ecommerce_pipeline.alerts import problem as facts
from ecommerce_pipeline.alerts.watch import launched_by as launch
from ecommerce_pipeline.assets import transform
from ecommerce_pipeline.dashboard import datasets, queries
from ecommerce_pipeline.io_managers import objects


@pytest.mark.parametrize(
    "module",
    [objects, transform, settings_mail, content, facts, launch, masking, message, datasets, queries],
)
def test_the_examples_in_docstrings_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
