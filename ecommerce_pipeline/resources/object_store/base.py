"""The interface of an object store."""

from contextlib import AbstractContextManager
from typing import IO, Protocol


class ObjectStore(Protocol):
    """A store of objects; paths are relative and use `/`."""

    @property
    def is_remote(self) -> bool:
        """Whether opening an object takes a request over the network."""
        ...

    def uri(self, path: str) -> str:
        """Return the URI from which a warehouse reads the object."""
        ...

    def link(self, path: str) -> str:
        """Return the URL that opens the object in a browser."""
        ...

    def reading(self, path: str) -> AbstractContextManager[IO[bytes]]:
        """Open an object for reading, seekable; FileNotFoundError if it does not exist."""
        ...

    def sizes(self) -> dict[str, int]:
        """Return the size of every object in bytes, by path, in the order of the paths."""
        ...

    def clean(self) -> None:
        """Delete the temporary files of writers that were killed."""
        ...

    def purge(self, path: str) -> None:
        """Delete all earlier versions of an object."""
        ...

    def writing(self, path: str) -> AbstractContextManager[IO[bytes]]:
        """Open a file that becomes the object if the block ends without an error, and is discarded otherwise."""
        ...
