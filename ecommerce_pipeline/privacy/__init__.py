"""Removing persons: where they are looked for, and what is left in each place."""
