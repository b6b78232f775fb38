from pathlib import Path

import pytest

from ecommerce_pipeline.resources.dbt.project import is_whole


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (b'{"nodes": {}}', True),
        (b"{}", True),
        (b'{"nodes": {', False),
        (b"garbage", False),
        (b"{", False),
        (b"", False),
    ],
)
def test_a_manifest_that_is_cut_or_damaged_is_parsed_again(tmp_path: Path, content: bytes, whole: bool) -> None:
    """A damaged file ended every command with a stack trace of its JSON parser, until somebody deleted it."""
    (tmp_path / "manifest.json").write_bytes(content)
    assert is_whole(tmp_path / "manifest.json") == whole
    assert not is_whole(tmp_path / "none.json")
    assert not is_whole(tmp_path)
