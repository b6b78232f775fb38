"""Pools of names, cities and brands for the shop's texts: Faker generates them once, small and seeded."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from ecommerce_pipeline.synthetic.text_arrays import Texts

if TYPE_CHECKING:
    from faker import Faker

_POOL_SEED: Final = 20_250_101  # The pools are the same for every seed of the shop; the seed determines the draws.

COUNTRIES: Final = ("US", "GB", "CA", "DE", "FR")
_LOCALES: Final = ("en_US", "en_GB", "en_CA", "de_DE", "fr_FR")
CITIES_PER_COUNTRY: Final = 60

# Loading all of Faker's providers takes seven times as long as the three in use.
_PROVIDERS: Final = [f"faker.providers.{name}" for name in ("person", "address", "company")]


@dataclass(frozen=True)
class Pools:
    """Arrow arrays of texts; cities are grouped by country, `CITIES_PER_COUNTRY` each."""

    first_names: Texts
    last_names: Texts
    cities: Texts
    brands: Texts


@lru_cache(maxsize=1)
def pools() -> Pools:
    """Return the pools; generating them takes about 0.2 s."""
    from faker import Faker  # imported here, not at each start of the code location

    fakers = [Faker(locale, providers=_PROVIDERS) for locale in _LOCALES]
    for faker in fakers:
        faker.seed_instance(_POOL_SEED)
    english = fakers[0]
    cities = [city for faker in fakers for city in _distinct(faker, "city", CITIES_PER_COUNTRY)]
    return Pools(
        first_names=pa.array(_distinct(english, "first_name", 400)),
        last_names=pa.array(_distinct(english, "last_name", 500)),
        cities=pa.array(cities),
        brands=pa.array(_distinct(english, "company", 240)),
    )


def _distinct(faker: "Faker", provider: str, size: int) -> list[str]:
    make = getattr(faker, provider)
    found: dict[str, None] = {}
    while len(found) < size:
        found[str(make()).replace(", Inc", "")] = None
    return list(found)
