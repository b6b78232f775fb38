"""The parts of the embedded PostgreSQL; `resources/embedded_postgres.py` puts them together."""
