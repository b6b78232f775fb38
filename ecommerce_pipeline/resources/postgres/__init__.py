"""PostgreSQL: the shop's database as a resource, its catalog, and the bulk ways into and out of it."""
