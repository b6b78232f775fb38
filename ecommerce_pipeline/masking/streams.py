"""Masking of stdout and stderr: logs, stack traces, warnings and captured output, whatever library writes them.

This is the last line of defence; messages for users are masked when they are created, see `errors`.
"""

import sys
from typing import Any, TextIO

from ecommerce_pipeline.masking import Masker


class MaskedStream:
    """A text stream that masks secrets in the text written to it, and otherwise behaves like the stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write masked text."""
        self._stream.write(Masker.of_process().hide(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write masked texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def mask_streams() -> None:
    """Mask the output of this process from now on, including output that Dagster captures from a step."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, MaskedStream):
            setattr(sys, name, MaskedStream(stream))
