"""The setting TARGET decides in one folder; a new target is one module there."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
import yaml

from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline.targets import Target, target_of

CLOUD = {"GCP_PROJECT": "shop", "GCS_BUCKET": "shop-lake"}
SLOW_IMPORTS = {"dbt", "dagster_dbt", "dagster_gcp", "google.cloud.bigquery", "google.cloud.storage"}
NAMES = get_args(Settings.model_fields["target"].annotation)


def test_only_the_targets_depend_on_the_setting() -> None:
    package = PROJECT_ROOT / "ecommerce_pipeline"
    mentions = {
        file.relative_to(package).parts[0]
        for file in package.rglob("*.py")
        if re.search(r"\bsettings\w*\.target\b", file.read_text())
    }
    assert mentions == {"targets"}


@pytest.mark.parametrize("name", NAMES)
def test_a_target_is_the_module_and_the_dbt_profile_of_its_name(name: str) -> None:
    assert isinstance(target_of(Settings.from_environment({**CLOUD, "TARGET": name})), Target)
    profiles = yaml.safe_load((PROJECT_ROOT / "ecommerce_dbt" / "profiles.yml").read_text())
    assert name in profiles["ecommerce"]["outputs"]


def test_the_local_target_imports_no_google_client_and_no_dbt(tmp_path: Path) -> None:
    """Google's clients and dbt take a second each, in every command."""
    program = (
        "import sys\n"
        "from ecommerce_pipeline.settings import Settings\n"
        "from ecommerce_pipeline.targets import target_of\n"
        "target_of(Settings.from_environment())\n"
        f"print(sorted({SLOW_IMPORTS} & set(sys.modules)))"
    )
    imported = subprocess.run(
        [sys.executable, "-c", program], env={"DATA_DIR": str(tmp_path)}, check=True, capture_output=True, text=True
    )
    assert imported.stdout.strip() == "[]"
