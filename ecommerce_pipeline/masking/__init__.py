"""Masking of secrets in everything that leaves the process: `masker` for text, `streams` for stdout and stderr.

`environment` finds the secrets, `encodings` their encodings, and `formats` recognizes text that looks like a secret.
"""

from ecommerce_pipeline.masking.masker import Masker, clean, mask, remember, secrets_cached

__all__ = ["Masker", "clean", "mask", "remember", "secrets_cached"]
