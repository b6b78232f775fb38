"""Measurements of the platform, each as a ratio to something in the same run."""
