"""Targets: which lake and warehouse the platform runs on, and the resources that follow from them.

A target is the module of this folder that has the name of the setting TARGET. Nothing else depends on the target.
"""

from ecommerce_pipeline.targets.base import Check, Target
from ecommerce_pipeline.targets.resources import dbt_workspace, person_key, platform_resources, postgres, target_of

__all__ = ["Check", "Target", "dbt_workspace", "person_key", "platform_resources", "postgres", "target_of"]
