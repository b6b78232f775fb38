"""The platform's settings, read from environment variables and listed in `.env.example`.

`platform` has `Settings`, which includes those of `mail` and `dashboard`. Secrets are read apart, by `secrets`.
"""

from ecommerce_pipeline.settings.places import BASE_DIR, PROJECT_ROOT
from ecommerce_pipeline.settings.platform import NEEDED, Settings, SettingsError

__all__ = ["BASE_DIR", "NEEDED", "PROJECT_ROOT", "Settings", "SettingsError"]
