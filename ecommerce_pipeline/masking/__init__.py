"""Keeping secrets out of what leaves the process: texts, structures and streams."""

from ecommerce_pipeline.masking.masker import Masker, clean, mask, one_look, remember

__all__ = ["Masker", "clean", "mask", "one_look", "remember"]
