"""What the platform needs of an object store."""

from contextlib import AbstractContextManager
from typing import IO, Protocol


class ObjectStore(Protocol):
    """What the lake needs of a place for objects; paths are relative and use `/`."""

    def uri(self, path: str) -> str:
        """Return the address under which a warehouse reads the object."""
        ...

    def link(self, path: str) -> str:
        """Return the address under which a person's browser opens the object."""
        ...

    def reading(self, path: str) -> AbstractContextManager[IO[bytes]]:
        """Open an object for reading, seekable; FileNotFoundError where there is no such object."""
        ...

    def sizes(self) -> dict[str, int]:
        """Return the size of every object, bytes, by path, in the order of the paths."""
        ...

    def clean(self) -> None:
        """Remove what writers that were killed have left behind."""
        ...

    def writing(self, path: str) -> AbstractContextManager[IO[bytes]]:
        """Give a file that becomes the object when the block ends well, and vanishes otherwise."""
        ...
