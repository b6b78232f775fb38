"""The lake: references to its objects, batches cut by day, and queries over the objects."""
