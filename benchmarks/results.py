"""What was taken, kept as a JSON file per case and size, so that a report can be made of several calls."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.case import Role, Taken
from benchmarks.data import HOME

RESULTS: Final = HOME / "results"


@dataclass(frozen=True)
class Result:
    """All rounds of a case at a size.

    Attributes:
        size: The size asked for, in rows; the case may have done fewer.
    """

    group: str
    name: str
    role: Role
    size: int
    taken: tuple[Taken, ...]

    @property
    def rows(self) -> int:
        """Rows done in a round."""
        return self.taken[0].rows

    @property
    def seconds(self) -> float:
        """The median of the rounds."""
        return median(one.seconds for one in self.taken)

    @property
    def spread(self) -> tuple[float, float]:
        """The fastest and the slowest round."""
        return min(one.seconds for one in self.taken), max(one.seconds for one in self.taken)

    @property
    def rate(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds

    @property
    def cpu(self) -> float:
        """Seconds of processors, the median of the rounds."""
        return median(one.cpu for one in self.taken)

    @property
    def peak_mb(self) -> float:
        """The most memory of any round."""
        return max(one.peak_mb for one in self.taken)

    @property
    def parts(self) -> dict[str, float]:
        """The medians of the parts."""
        return {name: median(one.parts[name] for one in self.taken) for name in self.taken[0].parts}


def keep(result: Result, folder: Path = RESULTS) -> None:
    """Keep a result in place of an earlier one of the same case and size."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{result.group}.{result.name}.{result.size}".replace("/", "-")
    (folder / f"{name}.json").write_text(json.dumps(asdict(result), indent=1))


def kept(folder: Path = RESULTS) -> list[Result]:
    """Return all results that are kept."""
    found = (json.loads(file.read_text()) for file in sorted(folder.glob("*.json")))
    return [Result(**one | {"taken": tuple(Taken(**taken) for taken in one["taken"])}) for one in found]
