"""The page's columns as bytes, read again as `static/columns.js` does."""

import base64
import gzip
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from ecommerce_pipeline.dashboard.packing import packed


def read(values: pa.Array, name: str = "amount") -> tuple[dict[str, object], list[float]]:
    headers, text = packed({"table": pa.table({name: values})})
    header = headers["table"]["columns"][name]
    planes = np.frombuffer(gzip.decompress(base64.b64decode(text)), dtype=np.uint8).reshape(
        header["bytes"], len(values)
    )
    numbers = sum(plane.astype(np.float64) * 256.0**weight for weight, plane in enumerate(planes))
    if header["bytes"] == 0:
        numbers = np.zeros(len(values))
    return header, [(number + header.get("from", 0)) / header.get("scale", 1) for number in numbers]


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ([5, 5, 5], 0),
        ([0, 255], 1),
        ([-100, 155], 1),
        ([0, 256], 2),
        ([1.5, -2.25, 0.0], 2),
        ([2**40, 0], 6),
    ],
)
def test_numbers_take_as_few_bytes_as_they_need_and_stay_exact(values: list[float], size: int) -> None:
    header, found = read(pa.array(values))
    assert (header["bytes"], found) == (size, values)


def test_what_is_not_whole_in_ten_thousandths_stays_floating_point() -> None:
    headers, text = packed({"table": pa.table({"amount": pa.array([1 / 3, 2.0])})})
    assert headers["table"]["columns"]["amount"]["float"]
    planes = np.frombuffer(gzip.decompress(base64.b64decode(text)), dtype=np.uint8).reshape(8, 2)
    assert np.ascontiguousarray(planes.T).view("<f8").ravel().tolist() == [1 / 3, 2.0]


def test_days_are_offsets_and_words_and_ids_are_places_with_zero_for_none() -> None:
    header, found = read(pa.array([date(2026, 3, 2), date(2026, 3, 31)]), "business_date")
    assert (header["first"], found) == ("2026-03-02", [0, 29])
    header, found = read(pa.array(["web", None, "store", "web"]), "channel")
    assert (header["words"], header["null"], found) == (["web", "store"], True, [0, -1, 1, 0])
    header, _ = read(pa.array([70, None, 71]), "store_id")
    assert header["words"] == [70, 71]


def test_no_rows_take_no_bytes() -> None:
    types = {"business_date": pa.date32(), "channel": pa.string(), "orders_sold": pa.int64()}
    headers, text = packed({"table": pa.table({name: pa.array([], kind) for name, kind in types.items()})})
    assert headers["table"]["rows"] == 0
    assert gzip.decompress(base64.b64decode(text)) == b""
