"""The lake: references to its objects, batches split by day, and queries over the objects."""
