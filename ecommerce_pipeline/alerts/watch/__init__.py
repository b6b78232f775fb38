"""What is new since the last tick: reads Dagster's storages on from where the last tick stopped."""
