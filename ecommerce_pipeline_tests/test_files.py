"""A file is written whole or not at all."""

from pathlib import Path

import pytest

from ecommerce_pipeline.files import write_whole


@pytest.mark.parametrize("durable", [False, True])
def test_a_file_is_written_in_its_folder_and_replaced(tmp_path: Path, *, durable: bool) -> None:
    file = tmp_path / "new" / "file.json"
    for content in (b"long content", b"short"):
        write_whole(file, content, durable=durable)
        assert file.read_bytes() == content
    assert list(file.parent.iterdir()) == [file]


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file.json").mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path / "file.json", b"content")
    assert [place.name for place in tmp_path.iterdir()] == ["file.json"]
