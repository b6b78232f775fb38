import pytest

from ecommerce_pipeline_tests.synthetic.support import DAYS, SMALL, Month, month_of


@pytest.fixture(scope="session")
def month() -> Month:
    return month_of(SMALL, DAYS)
