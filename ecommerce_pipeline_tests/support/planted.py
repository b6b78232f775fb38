"""Two persons with unmistakable values, planted in a shop's database, and the search for them in files."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from ecommerce_pipeline_tests.support.platform import Platform

PLANTED = "zqtamsin"
"""In every value of the two persons, and in nothing else."""
ADDRESS = "Zqtamsin.B@Shop.example"
GUEST = "zqtamsin-guest@shop.example"
PLANT = f"""
    CREATE SCHEMA planted;
    CREATE TABLE planted.customer AS SELECT max(customer_id) AS customer_id FROM ecommerce.reviews
        JOIN ecommerce.transactions USING (customer_id) WHERE reviews.created_at BETWEEN '2026-03-06' AND '2026-03-08';
    CREATE TABLE planted.orders AS SELECT transaction_id FROM ecommerce.transactions
        WHERE customer_id NOT IN (TABLE planted.customer) AND created_at BETWEEN '2026-03-06' AND '2026-03-08' LIMIT 5;
    CREATE FUNCTION planted.name() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
        IF NEW.customer_id IN (TABLE planted.customer) THEN
            NEW.first_name := 'Zqtamsin'; NEW.last_name := 'Zqtamsinöztürk';
            NEW.email := '{ADDRESS}'; NEW.birth_date := '1987-06-05';
        END IF; RETURN NEW; END$$;
    CREATE FUNCTION planted.review() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
        IF NEW.customer_id IN (TABLE planted.customer) THEN
            NEW.title := 'Zqtamsin says'; NEW.body := 'I, zqtamsin, live in Zqtamsin Street 5';
        END IF; RETURN NEW; END$$;
    CREATE FUNCTION planted.guest() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
        IF NEW.transaction_id IN (TABLE planted.orders) THEN
            NEW.customer_id := NULL; NEW.guest_email := ' {GUEST.upper()} ';
        END IF; RETURN NEW; END$$;
    CREATE TRIGGER name BEFORE INSERT OR UPDATE ON ecommerce.customers FOR EACH ROW EXECUTE FUNCTION planted.name();
    CREATE TRIGGER review BEFORE INSERT OR UPDATE ON ecommerce.reviews FOR EACH ROW EXECUTE FUNCTION planted.review();
    CREATE TRIGGER guest BEFORE INSERT OR UPDATE ON ecommerce.transactions
        FOR EACH ROW EXECUTE FUNCTION planted.guest();
    UPDATE ecommerce.customers SET city = city WHERE customer_id IN (TABLE planted.customer);
    UPDATE ecommerce.reviews SET rating = rating WHERE customer_id IN (TABLE planted.customer);
    UPDATE ecommerce.transactions SET channel = channel WHERE transaction_id IN (TABLE planted.orders)
"""
"""Triggers keep the persons there when the synthetic shop writes its days again."""


def plant(platform: Platform) -> str:
    """Write the persons into the source; return the customer's key."""
    with platform.source() as connection:
        connection.execute(PLANT.encode())
        row = connection.execute("TABLE planted.customer").fetchone()
    assert row
    return str(row[0])


def files_with(folder: Path, *texts: str) -> Iterator[tuple[str, str]]:
    """Yield the files below a folder with the texts of small letters that they hold, in any case or compressed."""
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        contents = [content.lower()]
        if path.suffix == ".parquet":
            rows = duckdb.sql(f"SELECT rows_::VARCHAR FROM '{path}' AS rows_").fetchall()
            contents.append("\n".join(row for (row,) in rows).lower().encode())
        if content.startswith(b"SQLite format 3"):
            with closing(sqlite3.connect(path)) as connection:
                contents.append("\n".join(connection.iterdump()).lower().encode())
        for text in texts:
            if any(text.encode() in one for one in contents):
                yield str(path), text
