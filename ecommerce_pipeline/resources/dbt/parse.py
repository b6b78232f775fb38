"""`python -m ecommerce_pipeline.resources.dbt.parse`: parse the dbt project, as when an image is built."""

import sys

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.dbt.project import dbt_project
from ecommerce_pipeline.settings import Settings, SettingsError

if __name__ == "__main__":
    try:
        sys.stdout.write(f"{dbt_project(Settings.from_environment()).manifest_path}\n")
    except (PlatformError, SettingsError) as error:
        sys.exit(f"error: {error}")
