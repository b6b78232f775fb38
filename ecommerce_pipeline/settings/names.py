"""The names of all settings, and the setting that a misspelt name probably means."""

from difflib import SequenceMatcher, get_close_matches
from functools import cache
from itertools import zip_longest
from typing import Final

from ecommerce_pipeline.settings.platform import Settings
from ecommerce_pipeline.settings.secrets import SECRETS

# A word of a misspelt name, such as SCALLE or SMPT, is so much like the right one, and has at most one letter more or
# less; or it is even more like it, as PASSWD is like PASSWORD.
_ALIKE: Final = 0.75
_VERY_ALIKE: Final = 0.85
_SAME_LETTERS: Final = 0.95
_SIMILAR: Final = 0.78


@cache
def setting_names() -> frozenset[str]:
    """Return the names of all environment variables that are settings of the platform."""
    fields = {name.upper() for name in Settings.model_fields}
    # Dagster's own storage has the settings of the shop's server.
    storage = {f"DAGSTER_{name}" for name in fields if name.startswith("POSTGRES_")}
    return frozenset({"DAGSTER_HOME", *fields, *storage, *SECRETS, *(f"{name}_FILE" for name in SECRETS)})


def misspelt(name: str) -> str | None:
    """Return the setting of which a name is a misspelling; None if it is a setting, or none looks like it.

    A name with another word is no misspelling: GCP_PROJECT_ID and POSTGRES_URL belong to other programs.

    >>> misspelt("SCALLE"), misspelt("STARTDATE"), misspelt("scale"), misspelt("GCP_PROJECT_ID")
    ('SCALE', 'START_DATE', 'SCALE', None)
    """
    if name in setting_names():
        return None
    likeness = {setting: _likeness(name.upper(), setting) for setting in setting_names()}
    best = max(sorted(likeness), key=likeness.__getitem__)
    return best if likeness[best] else None


def similar(name: str) -> str | None:
    """Return the setting that is most like a name, also where it has other words; None if none is.

    >>> similar("POSTGRES_USERNAME"), similar("HTTPS_PROXY")
    ('POSTGRES_USER', None)
    """
    return next(iter(get_close_matches(name.upper(), sorted(setting_names()), n=1, cutoff=_SIMILAR)), None)


def _likeness(name: str, setting: str) -> float:
    """Return how much a name is like a setting, from 0 (not a misspelling) to 1."""
    one, other = name.replace("_", ""), setting.replace("_", "")
    # Lengths, then letters in any order, exclude most settings: each command compares all variables with all of them.
    if 2 * min(len(one), len(other)) < _ALIKE * (len(one) + len(other)):
        return 0
    matcher = SequenceMatcher(None, one, other)
    letters = matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0
    if letters >= _SAME_LETTERS:
        return letters
    words = [*zip_longest(name.split("_"), setting.split("_"), fillvalue="")]
    return letters if all(_is_misspelt_word(word, right) for word, right in words) else 0


def _is_misspelt_word(word: str, right: str) -> bool:
    ratio = _ratio(word, right)
    return ratio >= _VERY_ALIKE or (ratio >= _ALIKE and abs(len(word) - len(right)) <= 1)


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()
