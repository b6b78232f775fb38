"""Masking of long texts: in linear time, bounded, and without parts of secrets where a text is cut."""

import time
from collections.abc import Callable

import pytest

from ecommerce_pipeline.masking import Masker, clean
from ecommerce_pipeline.masking.formats import mask_formats
from ecommerce_pipeline.masking.masker import LONGEST_TEXT

BEGIN = "-----BEGIN " + "PRIVATE KEY"
PASSWORD = "open sesame, 40 thieves"

REPEATED = [
    *["a", "1", "é", " ", "/", "\\", '"', "eyJ-", "eyJa.", "a://b", "a://b:", "a://b@", "ghp_", "ya29.-", "AKIA"],
    *["password", "password.", "password=", 'password="', "password='", 'password=\\"', 'password="\\'],
    *["x_password_FILE=", "token =   ", "token:\n", "Bearer   ", "Basic ", "auth:", "auth%20", "\x1b[", "\x1b]"],
    *["-----BEGIN ", f"{BEGIN}-----", "-----END ", "PRIVATE KEY", '{"a": "b"}'],
]
"""Texts whose repetition made patterns that start again in each of them take quadratic time."""


def cpu_seconds(work: Callable[[str], object], text: str) -> float:
    """Return the fastest of three, in processor time: other programs do not count."""
    seconds = []
    for _ in range(3):
        start = time.thread_time()
        work(text)
        seconds.append(time.thread_time() - start)
    return min(seconds)


def test_a_5_mb_error_text_does_not_delay_an_alert() -> None:
    """40 KB of letters without a space took 16 s, so that one error text delayed every alert."""
    masker = Masker([PASSWORD])
    for text in ("a" * 5_000_000, f"{PASSWORD} " * 200_000, "postgres://ann:hunter2@db " * 200_000):
        assert cpu_seconds(masker, text) < 2
        assert len(masker(text)) <= LONGEST_TEXT


@pytest.mark.parametrize("repeated", REPEATED)
def test_eight_times_the_text_takes_about_eight_times_as_long(repeated: str) -> None:
    def masked(text: str) -> str:
        return mask_formats(clean(text))

    short, long = (repeated * (size // len(repeated)) for size in (20_000, 160_000))
    assert cpu_seconds(masked, long) < 24 * cpu_seconds(masked, short) + 0.01


@pytest.mark.parametrize(
    ("secret", "parts"),
    [
        (PASSWORD, ("open", "sesame", "thieves")),
        ("postgres://ann:hunter2@db/shop", ("hunter2", "hunt")),
        ("password=hunter2", ("hunter2", "hunt")),
        ('{"password": "correct horse"}', ("correct", "horse")),
        ("ghp_aaaaaaaaaabbbbbbbbbbcc", ("ghp_aaa", "bbcc")),
    ],
)
def test_a_cut_text_contains_no_part_of_a_secret_at_its_end(secret: str, parts: tuple[str, ...]) -> None:
    masker = Masker([PASSWORD])
    for position in range(LONGEST_TEXT - len(secret), LONGEST_TEXT + 1):
        text = "x " * (position // 2) + " " * (position % 2) + secret + " y" * 10_000
        masked = masker(text)
        assert not [part for part in parts if part in masked]
    assert masked.endswith(f"… (cut: the text has {len(text):,} characters)")


def test_a_text_that_is_not_too_long_is_kept_whole() -> None:
    text = "x " * (LONGEST_TEXT // 2)
    assert Masker([PASSWORD])(text) == text
