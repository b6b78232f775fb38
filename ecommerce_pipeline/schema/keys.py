"""The type of all of a shop's keys: integers, or text where it has uuids or codes of its own."""

from typing import Any, Final, Literal, get_args

from sqlalchemy import TEXT, BigInteger, Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

KeyType = Literal["integer", "text"]
KEY_TYPES: Final[tuple[KeyType, ...]] = get_args(KeyType)

_TYPES: Final[dict[KeyType, TypeEngine[Any]]] = {"integer": BigInteger(), "text": TEXT()}
_chosen: list[KeyType] = ["integer"]


class Key(TypeDecorator[Any]):
    """A key of the shop, or a reference to one: of the type that `use_keys` has chosen."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type in a database."""
        return dialect.type_descriptor(key_type())


def use_keys(type_: KeyType) -> None:
    """Choose the type of all keys of this process: the setting KEY_TYPE."""
    _chosen[0] = type_


def key_type() -> TypeEngine[Any]:
    """Return the chosen type of the contract."""
    return _TYPES[_chosen[0]]


def plain(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type itself, or for a key the chosen one."""
    return key_type() if isinstance(type_, Key) else type_
