"""What is the same on every page is made once per folder."""

from pathlib import Path

import pytest

from ecommerce_pipeline.dashboard import render
from ecommerce_pipeline.dashboard.kept import NAMES


def test_drawings_are_made_once_until_the_code_of_a_chart_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, folder = tmp_path / "charts", tmp_path / "dashboard"
    code.mkdir()
    (code / "sales.py").write_text("width = 1")
    monkeypatch.setattr(render, "CHARTS", code)
    made: list[str] = []
    drawn = render._drawn()
    monkeypatch.setattr(render, "_drawn", lambda: made.append("") or drawn)
    assert render.drawings(folder) == render.drawings(folder) == drawn
    assert len(made) == 1
    (code / "sales.py").write_text("width = 2")
    assert render.drawings(folder) == drawn
    assert len(made) == 2
    assert len(list(folder.glob(NAMES[1]))) == len(list(folder.iterdir())) == 2
