"""The platform's settings, read from environment variables; `.env.example` follows these files."""

from ecommerce_pipeline.settings.platform import NEEDED, PROJECT_ROOT, Settings, SettingsError

__all__ = ["NEEDED", "PROJECT_ROOT", "Settings", "SettingsError"]
