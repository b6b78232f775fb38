"""Object stores for the lake and the dashboard: `base` is the interface, `folder` and `gcs` implement it."""
