"""The target `gcp`: a bucket of Cloud Storage as the lake and BigQuery as the warehouse."""

from ecommerce_pipeline.targets.gcp.target import build_target

__all__ = ["build_target"]
