"""Thin typed clients of what is outside: PostgreSQL, the lake's object store, the warehouse."""
