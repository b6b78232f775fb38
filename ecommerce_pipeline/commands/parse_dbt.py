"""`python -m ecommerce_pipeline.commands.parse_dbt`: parse the dbt project, as when an image is built."""

import sys

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings, SettingsError
from ecommerce_pipeline.targets import dbt_workspace

if __name__ == "__main__":
    try:
        sys.stdout.write(f"{dbt_workspace(Settings.from_environment()).project().manifest_path}\n")
    except (PlatformError, SettingsError) as error:
        sys.exit(f"error: {error}")
