"""Results, saved as one JSON file per case and size, so that a report can combine several calls."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.case import Measurement, Role
from benchmarks.data import HOME

RESULTS: Final = HOME / "measurements"


@dataclass(frozen=True)
class Result:
    """All rounds of a case at a size.

    Attributes:
        size: The selected size, in rows; the case may have processed fewer.
    """

    group: str
    name: str
    role: Role
    size: int
    measurements: tuple[Measurement, ...]

    @property
    def rows(self) -> int:
        """Rows processed in a round."""
        return self.measurements[0].rows

    @property
    def seconds(self) -> float:
        """The median of the rounds."""
        return median(one.seconds for one in self.measurements)

    @property
    def spread(self) -> tuple[float, float]:
        """The fastest and the slowest round."""
        return min(one.seconds for one in self.measurements), max(one.seconds for one in self.measurements)

    @property
    def rate(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds

    @property
    def cpu(self) -> float:
        """CPU seconds, the median of the rounds."""
        return median(one.cpu for one in self.measurements)

    @property
    def peak_mb(self) -> float:
        """The peak memory of all rounds."""
        return max(one.peak_mb for one in self.measurements)

    @property
    def parts(self) -> dict[str, float]:
        """The medians of the parts."""
        return {name: median(one.parts[name] for one in self.measurements) for name in self.measurements[0].parts}


def save(result: Result, folder: Path = RESULTS) -> None:
    """Save a result; it replaces an earlier one of the same case and size."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{result.group}.{result.name}.{result.size}".replace("/", "-")
    (folder / f"{name}.json").write_text(json.dumps(asdict(result), indent=1))


def load_results(folder: Path = RESULTS) -> list[Result]:
    """Return all saved results."""
    found = (json.loads(file.read_text()) for file in sorted(folder.glob("*.json")))
    return [
        Result(**one | {"measurements": tuple(Measurement(**each) for each in one["measurements"])}) for one in found
    ]
