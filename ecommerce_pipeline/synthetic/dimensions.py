"""The dimensions as of the end of a day, and what was deleted of them: functions of each row's id and the day alone.

A row changes when its version number does, and `updated_at` is the time of that change: the newest version wins.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa

from ecommerce_pipeline.schema.tables import DIMENSIONS, EVENTS
from ecommerce_pipeline.synthetic import catalog
from ecommerce_pipeline.synthetic.arrow_columns import DELETED, Rows, deletions_to_arrow, schema_of, to_arrow
from ecommerce_pipeline.synthetic.clock import SECOND, day_number, instant, moments
from ecommerce_pipeline.synthetic.name_pools import CITIES_PER_COUNTRY, COUNTRIES, pools
from ecommerce_pipeline.synthetic.payment_methods import METHODS
from ecommerce_pipeline.synthetic.population import GROWTH_DAYS, count, deleted_by, first_days, last_days
from ecommerce_pipeline.synthetic.random_streams import Ints, Lottery, trait
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings
from ecommerce_pipeline.synthetic.text_arrays import choose, join, lower, padded, pick

_COUNTRY: Final = Lottery({0: 62, 1: 14, 2: 9, 3: 9, 4: 6})
_TIERS: Final = ("basic", "silver", "gold", "platinum")
_TIER: Final = Lottery({0: 62, 1: 24, 2: 11, 3: 3})
_MAIL_HOSTS: Final = ("example.com", "example.net", "example.org")  # reserved domains: no e-mail can reach anybody
# Days of birth, as days from 1970-01-01: 1946 to 2004.
_OLDEST: Final = -8766
_YOUNGEST: Final = 12_784
_REGIONS: Final = ("North", "East", "South", "West")


def snapshot(settings: ShopSettings, table: str, day: date) -> pa.Table:
    """Return a dimension as of the end of the day, by key, without the rows that are deleted by then.

    It is empty before the shop's first day, and if the shop does not generate it.

    Raises:
        ValueError: The table is not a dimension.
    """
    _check(table)
    if table not in _SNAPSHOTS:
        return schema_of(table).empty_table()
    rows = _SNAPSHOTS[table](settings, day)
    return rows if day >= settings.start_date else rows.slice(0, 0)


def deleted(settings: ShopSettings, table: str, day: date) -> pa.Table:
    """Return what the shop has deleted of a dimension up to the end of the day: all keys, with their `deleted_at`.

    A key that is deleted never comes back.

    Raises:
        ValueError: The table is not a dimension.
    """
    return deletions_to_arrow(deletions(settings, table, day))


def deletions(settings: ShopSettings, table: str, day: date) -> Rows:
    """Return the same by key, as columns of integers."""
    _check(table)
    if table not in GROWTH_DAYS or day < settings.start_date:
        return {name: np.zeros(0, dtype=np.int64) for name in DELETED}
    ids = np.arange(1, count(settings, table, day) + 1, dtype=np.int64)
    ids = ids[deleted_by(settings, table, ids, day)]
    of_day = trait(settings.seed, f"last_hour:{table}", ids, 86_400) * SECOND
    return {"key": ids, "deleted_at": moments(settings.time_zone, last_days(settings, table, ids), of_day)}


def _check(table: str) -> None:
    if table not in DIMENSIONS:
        kind = "an event table, see written()" if table in EVENTS else "not a table of the shop"
        raise ValueError(f"{table!r} is {kind}; the dimensions are {', '.join(DIMENSIONS)}")


def _customers(settings: ShopSettings, day: date) -> pa.Table:
    seed, texts_of = settings.seed, pools()
    ids, _, registered = _population(settings, "customers", day)
    # A version lasts 120 to 720 days; each draws a new tier and consent, every third one a new city.
    period = 120 + trait(seed, "customer_period", ids, 600)
    shifted = day_number(day) + trait(seed, "customer_phase", ids, 720)
    version = shifted // period
    changed_on = day_number(day) - (shifted - version * period)
    changed = moments(settings.time_zone, changed_on, trait(seed, "customer_hour", ids, 86_400) * SECOND)
    country = _COUNTRY.of(seed, "country", ids)
    city = country * CITIES_PER_COUNTRY + trait(seed, "city", ids * 1024 + version // 3, CITIES_PER_COUNTRY)
    first, last = texts_of.first_names, texts_of.last_names
    first_name = pick(first, trait(seed, "first_name", ids, len(first)))
    last_name = pick(last, trait(seed, "last_name", ids, len(last)))
    host = choose(_MAIL_HOSTS, trait(seed, "mail_host", ids, len(_MAIL_HOSTS)))
    born = _OLDEST + trait(seed, "born", ids, _YOUNGEST - _OLDEST)
    texts = {
        "first_name": first_name,
        "last_name": last_name,
        "email": join("@", join(".", lower(first_name), lower(last_name), padded(ids, 1)), host),
        "country": choose(COUNTRIES, country),
        "city": pick(texts_of.cities, city),
        "loyalty_tier": choose(_TIERS, _TIER.of(seed, "tier", ids * 1024 + version)),
    }
    numbers = {
        "customer_id": ids,
        "birth_date": np.where(trait(seed, "tells_birth", ids, 10) == 0, 0, born),
        "marketing_opt_in": trait(seed, "opt_in", ids * 1024 + version, 100) // 58 ^ 1,
        "registered_at": registered,
        "updated_at": np.maximum(registered, changed),
    }
    return to_arrow("customers", numbers, texts)


def _products(settings: ShopSettings, day: date) -> pa.Table:
    seed, brands = settings.seed, pools().brands
    ids, _, launched = _population(settings, "products", day)
    leaf = catalog.subcategory(seed, ids)
    version, since = catalog.version(seed, ids, day_number(day))
    leaves = catalog.SUBCATEGORIES
    # A brand is in few categories: each leaf of the tree has a dozen brands.
    brand = pick(brands, (leaf * 7 + trait(seed, "brand", ids, 12)) % len(brands))
    modifier = choose(catalog.MODIFIERS, trait(seed, "modifier", ids, len(catalog.MODIFIERS)))
    texts = {
        "sku": join("-", choose([x.category[:3].upper() for x in leaves], leaf), padded(ids, 8)),
        "product_name": join(" ", brand, modifier, choose([x.noun for x in leaves], leaf)),
        "category": choose([x.category for x in leaves], leaf),
        "subcategory": choose([x.name for x in leaves], leaf),
        "brand": brand,
    }
    price = catalog.list_price(seed, ids, version)
    numbers = {
        "product_id": ids,
        "list_price": price,
        "unit_cost": catalog.unit_cost(seed, ids, version),
        "is_active": catalog.on_sale(seed, ids, version).astype(np.int64),
        "launched_at": launched,
        "updated_at": np.maximum(launched, moments(settings.time_zone, since, np.zeros_like(since))),
    }
    return to_arrow("products", numbers, texts)


def _payment_methods(settings: ShopSettings, day: date) -> pa.Table:
    del day
    texts = {
        "code": pa.array([method.code for method in METHODS]),
        "method_name": pa.array([method.name for method in METHODS]),
        "method_type": pa.array([method.kind for method in METHODS]),
        "provider": pa.array([method.provider for method in METHODS]),
    }
    numbers = {
        "payment_method_id": np.arange(1, len(METHODS) + 1, dtype=np.int64),
        "fee_percent": np.array([method.fee for method in METHODS], dtype=np.int64),
        "is_online": np.array([method.is_online for method in METHODS], dtype=np.int64),
        "updated_at": np.full(len(METHODS), instant(settings.time_zone, settings.start_date), dtype=np.int64),
    }
    return to_arrow("payment_methods", numbers, texts)


def _stores(settings: ShopSettings, day: date) -> pa.Table:
    seed, cities = settings.seed, pools().cities
    ids, opened_on, opened = _population(settings, "stores", day)
    country = _COUNTRY.of(seed, "store_country", ids)
    # Consecutive stores of one country are in different cities.
    city = pick(cities, country * CITIES_PER_COUNTRY + ids % CITIES_PER_COUNTRY)
    number = padded(ids, 3)
    region = trait(seed, "region", ids, len(_REGIONS))
    texts = {
        "code": join("", choose(COUNTRIES, country), number),
        "store_name": join(" ", city, number),
        "country": choose(COUNTRIES, country),
        "region": choose(_REGIONS, region),
        "city": city,
    }
    numbers = {
        "store_id": ids,
        "floor_area_m2": 80 + 10 * trait(seed, "floor_area", ids, 240),
        "opened_on": opened_on,
        "updated_at": opened,
    }
    return to_arrow("stores", numbers, texts)


def _population(settings: ShopSettings, table: str, day: date) -> tuple[Ints, Ints, Ints]:
    """Return the ids at the end of the day, the number of the first day of each, and the time on it."""
    ids = np.arange(1, count(settings, table, day) + 1, dtype=np.int64)
    ids = ids[~deleted_by(settings, table, ids, day)]
    first = first_days(settings, table, ids)
    of_day = trait(settings.seed, f"first_hour:{table}", ids, 86_400) * SECOND
    return ids, first, moments(settings.time_zone, first, of_day)


_SNAPSHOTS: Final[dict[str, Callable[[ShopSettings, date], pa.Table]]] = {
    "customers": _customers,
    "products": _products,
    "payment_methods": _payment_methods,
    "stores": _stores,
}
