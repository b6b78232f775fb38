"""The list of the forgotten, kept in the lake: keyed hashes, by which persons are known without being named.

All who read the source apply it, so that no later extraction brings a person back; all places are searched by it, so
that a search can be made again at any time. The key derives from PERSON_KEY_SECRET.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from hashlib import sha256
from typing import Final

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.forgotten.words import words_of
from ecommerce_pipeline.resources.object_store.base import ObjectStore

PATH: Final = "_shop/forgotten.json"
"""Tools that read a lake's folders skip names that begin with `_`."""

MOST_WORDS: Final = 6
"""Words by which a longer text is known: its first ones."""


@dataclass(frozen=True)
class Person:
    """What is known of a person, for as long as the command runs that forgets it.

    Attributes:
        customers: The shop's keys, as texts.
        addresses: E-mail addresses.
        texts: Names and texts that nobody else has.
    """

    customers: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Return whether anything is known."""
        return bool(self.customers or self.addresses)


@dataclass(frozen=True)
class Entry:
    """A forgotten person: hashes, and a record of what was done, by which nobody is known.

    Attributes:
        requested_at: When it was asked for, ISO 8601.
        requested_by: By whom: the name of an account.
        ended_at: When the person was nowhere any more; empty until then.
        found: How many rows and texts there were of the person, by kind of place.
        customers: Hashes of the shop's keys.
        addresses: Hashes of e-mail addresses.
        words: Hashes of runs of words.
        heads: Hashes of the first words of these, by which a search is fast.
        lengths: The numbers of words of these.
    """

    requested_at: str
    requested_by: str
    ended_at: str = ""
    found: Mapping[str, int] = field(default_factory=dict)
    customers: Sequence[str] = ()
    addresses: Sequence[str] = ()
    words: Sequence[str] = ()
    heads: Sequence[str] = ()
    lengths: Sequence[int] = ()


@dataclass(frozen=True)
class Forgotten:
    """The list, with the key that makes its hashes.

    Attributes:
        entries: The persons, in the order in which they were forgotten.
        secret: PERSON_KEY_SECRET, which is the key of guests' pseudonyms too; empty only if nobody is forgotten.
        before: An instant in ISO 8601; older personal values are treated likewise, whoever's they are. Empty: none are.
    """

    entries: tuple[Entry, ...] = ()
    secret: str = field(default="", repr=False)
    before: str = ""

    @cached_property
    def key(self) -> str:
        """The key of the hashes: whoever reads it in a query learns nothing of the pseudonyms of guests."""
        return sha256(f"forgotten {self.secret}".encode()).hexdigest()

    @cached_property
    def customers(self) -> frozenset[str]:
        """Hashes of the shop's keys."""
        return frozenset(one for entry in self.entries for one in entry.customers)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Hashes of e-mail addresses."""
        return frozenset(one for entry in self.entries for one in entry.addresses)

    @cached_property
    def words(self) -> frozenset[str]:
        """Hashes of runs of words."""
        return frozenset(one for entry in self.entries for one in entry.words)

    @cached_property
    def heads(self) -> frozenset[str]:
        """Hashes of the first words of runs."""
        return frozenset(one for entry in self.entries for one in entry.heads)

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """The numbers of words of runs, the longest first."""
        return tuple(sorted({one for entry in self.entries for one in entry.lengths}, reverse=True))

    def hash(self, text: str) -> str:
        """Return the keyed hash of a text; SQL has the same, see `rows`."""
        return sha256(f"{self.key}{text}".encode("utf-8", "surrogatepass")).hexdigest()

    def entry(self, person: Person, requested_at: str, requested_by: str) -> Entry:
        """Return the entry of a person."""
        addresses = sorted({address.strip(" ").lower() for address in person.addresses})
        runs = {tuple(words_of(text)[:MOST_WORDS]) for text in (*addresses, *person.texts)}
        runs = {run for run in runs if run}
        return Entry(
            requested_at,
            requested_by,
            customers=[self.hash(customer) for customer in sorted(person.customers)],
            addresses=[self.hash(address) for address in addresses],
            words=sorted(self.hash(" ".join(run)) for run in runs),
            heads=sorted({self.hash(run[0]) for run in runs}),
            lengths=sorted({len(run) for run in runs}),
        )


NOBODY: Final = Forgotten()


def read_forgotten(store: ObjectStore, secret: str) -> Forgotten:
    """Return the list of a lake.

    Args:
        store: The lake.
        secret: PERSON_KEY_SECRET.

    Raises:
        PlatformError: The store cannot be read, or PERSON_KEY_SECRET is not the one that made the hashes.
    """
    try:
        with store.reading(PATH) as file:
            found = json.load(file)
    except FileNotFoundError:
        return Forgotten((), secret)
    # Earlier versions kept more of a person.
    kept = {each.name for each in fields(Entry)}
    entries = tuple(
        Entry(**{name: value for name, value in entry.items() if name in kept}) for entry in found["persons"]
    )
    forgotten = Forgotten(entries, secret, found["before"])
    if found["key"] != _fingerprint(forgotten):
        raise PlatformError(
            f"{len(entries)} forgotten persons are listed in {store.uri(PATH)} by hashes of another PERSON_KEY_SECRET. "
            "Set the one with which they were forgotten, or they would come back"
        )
    return forgotten


def write_forgotten(store: ObjectStore, forgotten: Forgotten) -> None:
    """Write the list.

    Raises:
        PlatformError: The store cannot be written.
    """
    persons = [asdict(entry) for entry in forgotten.entries]
    content = {"key": _fingerprint(forgotten), "before": forgotten.before, "persons": persons}
    with store.writing(PATH) as file:
        file.write(json.dumps(content, indent=1).encode())


def _fingerprint(forgotten: Forgotten) -> str:
    return sha256(forgotten.key.encode()).hexdigest()[:8]


def merged(old: Entry, new: Entry) -> Entry:
    """Return an entry that has the hashes of both, and the record of the old one."""

    def union(one: Iterable[str], other: Iterable[str]) -> list[str]:
        return sorted({*one, *other})

    return Entry(
        old.requested_at,
        old.requested_by,
        old.ended_at,
        old.found,
        union(old.customers, new.customers),
        union(old.addresses, new.addresses),
        union(old.words, new.words),
        union(old.heads, new.heads),
        sorted({*old.lengths, *new.lengths}),
    )
