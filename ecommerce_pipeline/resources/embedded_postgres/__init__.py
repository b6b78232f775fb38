"""The embedded PostgreSQL: `server` puts the parts together."""
