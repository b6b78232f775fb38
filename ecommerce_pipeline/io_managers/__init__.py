"""How assets are kept and handed over: lake objects and warehouse partitions."""
