"""Output of the process, whatever writes it, is masked, and the streams are otherwise as they were."""

import io
import os
import sys
from pathlib import Path

import pytest

from ecommerce_pipeline.masking.streams import MaskedStream, mask_streams


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_PASSWORD", "correct horse")


def test_what_is_written_is_masked_and_counts_as_written_whole() -> None:
    written = io.StringIO()
    stream = MaskedStream(written)
    assert stream.write("login with correct horse\n") == len("login with correct horse\n")
    stream.writelines(["first\n", "correct horse\n"])
    assert written.getvalue() == "login with ***\nfirst\n***\n"


def test_a_masked_stream_is_otherwise_the_stream() -> None:
    with Path(os.devnull).open("w") as file:
        stream = MaskedStream(file)
        assert stream.fileno() == file.fileno()
        assert stream.isatty() is False


def test_both_streams_of_the_process_are_masked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    mask_streams()
    masked = sys.stdout, sys.stderr
    mask_streams()
    assert (sys.stdout, sys.stderr) == masked
    print("correct horse")  # noqa: T201
    print("correct horse", file=sys.stderr)  # noqa: T201
    assert (out.getvalue(), err.getvalue()) == ("***\n", "***\n")


def test_a_process_without_a_stream_stays_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    mask_streams()
    assert sys.stdout is None
    assert isinstance(sys.stderr, MaskedStream)
