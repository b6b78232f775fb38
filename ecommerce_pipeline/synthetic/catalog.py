"""The catalog: the tree of categories, and each product's price, cost, availability and quality as closed formulas."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic.random_streams import Flags, Ints, Popularity, trait


@dataclass(frozen=True)
class Subcategory:
    """A leaf of the tree: the noun for its products, and its lowest and highest price in cents."""

    category: str
    name: str
    noun: str
    cheapest: int
    most_expensive: int


_TREE: Final = {
    "Electronics": (
        ("Headphones", "headphones", 1500, 35000),
        ("Chargers", "charger", 800, 6000),
        ("Speakers", "speaker", 2000, 40000),
        ("Smart Home", "smart plug", 900, 15000),
    ),
    "Kitchen": (
        ("Kettles", "kettle", 1900, 12000),
        ("Cookware", "frying pan", 1500, 18000),
        ("Cutlery", "knife set", 1200, 20000),
        ("Storage", "food container", 500, 4500),
    ),
    "Home": (
        ("Lighting", "lamp", 1200, 22000),
        ("Bedding", "duvet cover", 2500, 16000),
        ("Decoration", "vase", 700, 9000),
        ("Furniture", "side table", 3900, 60000),
    ),
    "Clothing": (
        ("Shirts", "shirt", 1500, 9000),
        ("Trousers", "trousers", 2500, 12000),
        ("Jackets", "jacket", 4500, 30000),
        ("Socks", "socks", 400, 2500),
    ),
    "Shoes": (("Trainers", "trainers", 3900, 18000), ("Boots", "boots", 5900, 26000)),
    "Sports": (
        ("Yoga", "yoga mat", 1200, 9000),
        ("Running", "running belt", 900, 5000),
        ("Camping", "tent", 4900, 60000),
    ),
    "Beauty": (("Skin Care", "face cream", 600, 8000), ("Hair Care", "shampoo", 400, 3500)),
    "Toys": (("Games", "board game", 1200, 7000), ("Puzzles", "puzzle", 800, 4500)),
    "Books": (("Cooking", "cookbook", 900, 4500), ("Fiction", "novel", 500, 2500)),
    "Garden": (("Tools", "garden shears", 900, 8000), ("Pots", "plant pot", 400, 6000)),
}

SUBCATEGORIES: Final = tuple(Subcategory(category, *leaf) for category, leaves in _TREE.items() for leaf in leaves)

MODIFIERS: Final = (
    "Classic", "Compact", "Deluxe", "Essential", "Everyday", "Light", "Modern", "Natural", "Premium", "Pro", "Pure",
    "Quiet", "Smart", "Solid", "Studio", "Travel", "Ultra", "Urban", "Vintage", "Weekend",
)  # fmt: skip

QUALITIES: Final = 10
"""Levels of a product's latent quality, from 0."""

PRICE_STEPS: Final = 241
"""Prices that the versions of a product can have; the middle one is the base price."""

BEST_SELLERS: Final = Popularity("product_rank", offset=12, quarters=3)

CATEGORIES: Final = tuple(sorted(_TREE))

_CATEGORY: Final = np.array([CATEGORIES.index(leaf.category) for leaf in SUBCATEGORIES], dtype=np.int64)
_CHEAPEST: Final = np.array([leaf.cheapest for leaf in SUBCATEGORIES], dtype=np.int64)
_RANGE: Final = np.array([leaf.most_expensive - leaf.cheapest for leaf in SUBCATEGORIES], dtype=np.int64)
ALWAYS_ON_SALE: Final = 1


def subcategory(seed: int, products: Ints) -> Ints:
    """Return each product's position in SUBCATEGORIES."""
    return trait(seed, "subcategory", products, len(SUBCATEGORIES))


def category(seed: int, products: Ints) -> Ints:
    """Return the position in CATEGORIES of each product's category."""
    return _CATEGORY[subcategory(seed, products)]


def quality(seed: int, products: Ints) -> Ints:
    """Return the latent quality of each product, in [0, QUALITIES)."""
    # The greater of two draws: most products of a surviving shop are good.
    first, second = (trait(seed, f"quality_{i}", products, QUALITIES) for i in range(2))
    return np.maximum(first, second)


def base_price(seed: int, products: Ints) -> Ints:
    """Return the price in cents around which each product's list price moves; most prices are low."""
    leaf = subcategory(seed, products)
    position = trait(seed, "base_price", products, 1000)
    return _CHEAPEST[leaf] + _RANGE[leaf] * position**3 // 1000**3


def version(seed: int, products: Ints, day: "int | Ints") -> tuple[Ints, Ints]:
    """Return each product's version number on the day with this number, and the day number on which it starts."""
    period = 60 + trait(seed, "price_period", products, 240)
    shifted = day + trait(seed, "price_phase", products, 300)
    number = shifted // period
    return number, day - (shifted - number * period)


def price_step(seed: int, products: Ints, versions: Ints) -> Ints:
    """Return each version's step on the scale of prices, in [0, PRICE_STEPS): one per mille of the base price each."""
    return trait(seed, "list_price", products * 4096 + versions, PRICE_STEPS)


def list_price(seed: int, products: Ints, versions: Ints) -> Ints:
    """Return the list price in cents: within 12 % of the base price, with 9 as last digit."""
    per_mille = 1000 - PRICE_STEPS // 2 + price_step(seed, products, versions)
    price: Ints = np.maximum(base_price(seed, products) * per_mille // 10_000, 10) * 10 - 1
    return price


def unit_cost(seed: int, products: Ints, versions: Ints) -> Ints:
    """Return the cost of one unit in cents: within 6 % of a product's own share of its base price."""
    share = 38 + trait(seed, "cost", products, 28)
    per_mille = 940 + trait(seed, "unit_cost", products * 4096 + versions, 121)
    cost: Ints = np.maximum(base_price(seed, products) * share * per_mille // 100_000, 1)
    return cost


def on_sale(seed: int, products: Ints, versions: Ints) -> Flags:
    """Return whether each product is on sale in that version; one product always is."""
    active: Flags = trait(seed, "on_sale", products * 4096 + versions, 40) != 0
    active |= products == ALWAYS_ON_SALE
    return active
