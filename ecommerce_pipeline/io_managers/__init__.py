"""How assets are stored and loaded: lake objects and warehouse partitions."""
