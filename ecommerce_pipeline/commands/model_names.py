"""The names of dbt's models, from their files: completion by the shell has no time to import dbt."""

from collections.abc import Sequence
from typing import Final

from ecommerce_pipeline.settings import PROJECT_ROOT

_MODELS: Final = PROJECT_ROOT / "ecommerce_dbt" / "models"


def model_names(incomplete: str = "") -> Sequence[str]:
    """Return the names that begin as given."""
    return sorted(file.stem for file in _MODELS.rglob("*.sql") if file.stem.startswith(incomplete))
