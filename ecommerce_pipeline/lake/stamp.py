"""The settings that made the rows of a lake, kept in it as one object."""

import json
from collections.abc import Mapping
from typing import Final

from ecommerce_pipeline.resources.object_store.base import ObjectStore

PATH: Final = "_shop/settings.json"
"""Tools that read a lake's folders skip names that begin with `_`."""


def read_stamp(store: ObjectStore) -> dict[str, str]:
    """Return the settings; none of a lake without a stamp.

    Raises:
        PlatformError: The store cannot be read.
    """
    try:
        with store.reading(PATH) as file:
            return dict(json.load(file))
    except FileNotFoundError:
        return {}


def write_stamp(store: ObjectStore, stamp: Mapping[str, str]) -> None:
    """Write the settings.

    Raises:
        PlatformError: The store cannot be written.
    """
    with store.writing(PATH) as file:
        file.write(json.dumps(stamp, indent=1).encode())
