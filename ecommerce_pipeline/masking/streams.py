"""What a process prints, without secrets, whatever code or library wrote it: logs, traces, warnings, a step's output.

The last line of defence: who makes a message for a person masks it before, see `errors`.
"""

import sys
from typing import Any, TextIO

from ecommerce_pipeline.masking import Masker


class MaskedStream:
    """A text stream that masks the secrets in what is written to it; all else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text, masked."""
        self._stream.write(Masker.here().hide(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write texts, masked."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def mask_streams() -> None:
    """Mask what this process prints from now on: logs, traces, warnings, and what is captured of a step."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, MaskedStream):
            setattr(sys, name, MaskedStream(stream))
