"""`.env`: the file of settings, read once by the command line, and looked through for what would be ignored in silence.

An environment variable is preferred to a line of the file. Relative paths in it are relative to its folder.
"""

import os
import sys
from collections.abc import Mapping, MutableMapping
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Final, get_args

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from ecommerce_pipeline.settings.names import misspelt, setting_names, similar
from ecommerce_pipeline.settings.places import BASE_DIR
from ecommerce_pipeline.settings.platform import Settings, SettingsError

PATHS: Final = frozenset(
    {"DAGSTER_HOME"}
    | {
        name.upper()
        for name, field in Settings.model_fields.items()
        if Path in (field.annotation, *get_args(field.annotation))
    }
)
"""The settings that are paths."""


def load_environment_file(
    environment: MutableMapping[str, str] = os.environ, file: Path = BASE_DIR / ".env"
) -> list[str]:
    """Add the settings of the file to the environment.

    Returns:
        Warnings, a sentence each: names in the file that are similar to a setting.

    Raises:
        SettingsError: The file cannot be read, or a line of it is malformed, has no value or a misspelt name.
    """
    if not file.exists():
        return []
    text = _read(file)
    wrong, doubtful = _problems(text, file)
    if wrong:
        raise SettingsError("\n".join(wrong))
    for name, value in dotenv_values(stream=StringIO(text)).items():
        path = file.parent / value if value and name in PATHS else value
        environment.setdefault(name, str(path or ""))
    return doubtful


def misspelt_variables(environment: Mapping[str, str]) -> list[str]:
    """Return a warning for each environment variable that is a misspelling of a setting that is not set.

    Other programs' variables are there too: a word and its plural, such as TARGETS, count as different words.
    """
    found = {name: misspelt(name) for name in sorted(environment)}
    return [
        f"the environment variable {name} is no setting and has no effect; if {likely} is meant, correct the name"
        for name, likely in found.items()
        if likely and not environment.get(likely) and name.rstrip("S") != likely.rstrip("S")
    ]


@cache
def warn_of_misspelt_variables() -> None:
    """Write the warnings to standard error, once in a process."""
    for sentence in misspelt_variables(os.environ):
        sys.stderr.write(f"warning: {sentence}\n")


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(f"{file}, line {line}: not UTF-8 text; save the file as UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}; make it a file that this user can read") from None


def _problems(text: str, file: Path) -> tuple[list[str], list[str]]:
    """Return what is wrong with the lines of the file, and what is doubtful."""
    wrong, doubtful = [], []
    for binding in parse_stream(StringIO(text)):
        place = f"{file}, line {binding.original.line + _blank_lines(binding.original.string)}"
        name = binding.key
        if binding.error:
            # The line may hold a secret.
            wrong.append(f"{place}: not NAME=VALUE; correct it, or begin it with #")
        elif name is None or name in setting_names():
            if name is not None and binding.value is None:
                wrong.append(f"{place}: {name} has no value; write {name}=...")
        elif likely := misspelt(name):
            wrong.append(
                f"{place}: {name} is no setting; did you mean {likely}? (Set variables of other programs elsewhere.)"
            )
        elif likely := similar(name):
            doubtful.append(f"{place}: {name} is no setting and has no effect here; did you mean {likely}?")
    return wrong, doubtful


def _blank_lines(text: str) -> int:
    """Return how many lines of a binding's text come before its own: the parser counts empty lines to it."""
    return text[: len(text) - len(text.lstrip())].count("\n")
