"""Random draws that are the same on every machine: raw 64-bit words of PCG64, mapped with integers and tables only.

Also permanent traits of ids (hashes of the id), and weighted choices (`Lottery`, `gamma`, `Popularity`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import isqrt
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]

_SLOT_BITS: Final = 16
_SLOTS: Final = 1 << _SLOT_BITS
_UNIT: Final = 2.0**-53
_MASK: Final = 2**64 - 1


def _short(numbers: NDArray[Any]) -> NDArray[Any]:
    """Return the numbers in as few bytes as they need: small tables stay in the processor's cache."""
    return numbers.astype(np.result_type(*(np.min_scalar_type(int(end)) for end in (numbers.min(), numbers.max()))))


class Lottery:
    """A weighted choice among integers, with a table of 65,536 slots."""

    def __init__(self, weights: dict[int, int]) -> None:
        """Allocate the slots by weight, with cumulative rounding."""
        total, running, edges = sum(weights.values()), 0, [0]
        for weight in weights.values():
            running += weight
            edges.append(running * _SLOTS // total)
        self.slots = _short(np.repeat(np.array(list(weights), dtype=np.int64), np.diff(edges)))

    def of(self, seed: int, purpose: str, ids: Ints) -> Ints:
        """Return a permanent number for each id, drawn by weight."""
        return self.slots.take(trait(seed, purpose, ids, _SLOTS)).astype(np.int64)


def gamma(quarters: int, scale: int) -> Lottery:
    """Return a choice among whole numbers from 1, with the weights of a gamma distribution.

    Args:
        quarters: Its shape in quarters (4: exponential; less: many small numbers and a few large ones).
        scale: Its scale; the mean is about shape times scale.
    """
    # number ** (shape - 1) * (1 - 1 / scale) ** number, in whole numbers.
    weights, decay = {}, 10**30
    for number in range(1, 8 * scale):
        weights[number] = isqrt(isqrt(10**48 * number**quarters // number**4)) * decay
        decay = decay * (scale - 1) // scale
    return Lottery(weights)


class Lotteries:
    """One lottery per row of a table; a code selects the lottery of each draw."""

    def __init__(self, lotteries: Sequence[Lottery]) -> None:
        self.slots = _short(np.stack([lottery.slots for lottery in lotteries]))


class Stream:
    """The random draws of one purpose on one day."""

    def __init__(self, seed: int, purpose: str, day: date) -> None:
        # NumPy may change how `Generator` maps words to numbers; PCG64 defines the words themselves.
        self._bits = np.random.PCG64(np.random.SeedSequence([seed, crc32(purpose.encode()), day.toordinal()]))

    def words(self, size: int) -> Words:
        """Draw `size` raw words."""
        return self._bits.random_raw(size).astype(np.uint64, copy=False)

    def below(self, size: int, bound: "int | Ints") -> Ints:
        """Draw integers in [0, bound); `bound` is one for all or one for each, at most 2**53."""
        # One IEEE multiplication and one truncation: the same everywhere, and always less than the bound.
        unit = (self.words(size) >> np.uint64(11)).view(np.int64).astype(np.float64)
        unit *= _UNIT
        unit *= bound
        return unit.astype(np.int64)

    def chance(self, size: int, probability: float) -> Flags:
        """Draw flags that are true with the given probability."""
        return self.words(size) < np.uint64(int(probability * 2**53) << 11)

    def pick(self, size: int, lottery: Lottery) -> Ints:
        """Draw from a lottery."""
        return lottery.slots.take(self._slots(size)).astype(np.int64)  # a third faster than indexing

    def pick_by(self, codes: Ints, lotteries: Lotteries) -> Ints:
        """Draw from the lottery that each code selects."""
        return lotteries.slots.take(codes * _SLOTS + self._slots(len(codes))).astype(np.int64)

    def _slots(self, size: int) -> Ints:
        return (self.words(size) >> np.uint64(64 - _SLOT_BITS)).view(np.int64)


@lru_cache(maxsize=256)
def _salt(seed: int, purpose: str) -> np.uint64:
    return np.uint64(((seed * 0x9E3779B97F4A7C15) ^ (crc32(purpose.encode()) * 0xD6E8FEB86659FD93)) & _MASK)


def trait(seed: int, purpose: str, ids: Ints, bound: int) -> Ints:
    """Return a permanent number in [0, bound) for each id, by the finalizer of SplitMix64."""
    x = ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + _salt(seed, purpose)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    x -= x // np.uint64(bound) * np.uint64(bound)  # the remainder: NumPy's quotient is fast, its `%` is not
    return x.view(np.int64)


@dataclass(frozen=True)
class Popularity:
    """A power law over ids from 1: the weight of an id never changes, however many ids follow it.

    Attributes:
        purpose: Name of the trait that ranks the ids.
        offset: Added to the rank, which flattens the head.
        quarters: Exponent of the power law in quarters (2: one over the square root).
    """

    purpose: str
    offset: int
    quarters: int

    def rank(self, seed: int, ids: Ints, ranks: int) -> Ints:
        """Return the ranks of ids, in [0, ranks): the lower, the more popular."""
        return trait(seed, self.purpose, ids, ranks)

    def pick(self, stream: Stream, size: int, seed: int, known: int, ranks: int) -> Ints:
        """Draw `size` ids from 1 to `known`, with ranks spread over [0, ranks)."""
        sums, guide, shift = _running_weights(self, seed, -(-known // ranks) * ranks, ranks)
        drawn = stream.below(size, int(sums[known - 1]))
        # The first sum above the drawn number: the guide points at or just before it. Ten times as fast as bisection.
        at: Ints = guide[drawn >> shift]
        before = np.flatnonzero(sums[at] <= drawn)
        while len(before):
            at[before] += 1
            before = before[sums[at[before]] <= drawn[before]]
        return at + 1

    def share(self, seed: int, ids: Ints, ranks: int) -> NDArray[np.float64]:
        """Return the share of the draws among as many ids as there are ranks that falls on each of these."""
        sums, _, _ = _running_weights(self, seed, -(-int(ids.max(initial=1)) // ranks) * ranks, ranks)
        before = np.where(ids > 1, sums[ids - 2], 0)
        return (sums[ids - 1] - before) / float(sums[ranks - 1])


@lru_cache(maxsize=16)
def _running_weights(law: Popularity, seed: int, ids: int, ranks: int) -> tuple[Ints, Ints, int]:
    """Return the running sums of the weights and a guide: for each `2**shift` numbers, the first sum above."""
    rank = law.rank(seed, np.arange(1, ids + 1, dtype=np.int64), ranks) + law.offset
    # IEEE 754 rounds square roots and products the same everywhere; powers differ.
    fourth_root = np.sqrt(np.sqrt(rank.astype(np.float64)))
    weight = np.full(ids, 1e9)
    for _ in range(law.quarters):
        weight /= fourth_root
    sums = np.cumsum(weight.astype(np.int64) + 1)
    total = int(sums[-1])
    shift = max(0, total.bit_length() - ids.bit_length() - 1)
    return sums, np.searchsorted(sums, np.arange((total >> shift) + 1) << shift, side="right"), shift
