"""The platform's settings, read from environment variables and listed in `.env.example`.

`platform` has `Settings`, which includes those of `mail` and `dashboard`. Secrets are read apart, by `secrets`.
"""

from ecommerce_pipeline.settings.platform import NEEDED, PROJECT_ROOT, Settings, SettingsError

__all__ = ["NEEDED", "PROJECT_ROOT", "Settings", "SettingsError"]
