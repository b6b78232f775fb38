"""What is the same on every page is made once per folder."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from ecommerce_pipeline.dashboard import render
from ecommerce_pipeline.dashboard.kept import NAMES, kept


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


def test_kept_drawings_are_read_without_altair(tmp_path: Path) -> None:
    drawn = render.drawings(tmp_path)
    program = (
        "import sys; from pathlib import Path; sys.modules['altair'] = None\n"  # cannot be imported
        "from ecommerce_pipeline.dashboard.render import drawings; sys.stdout.write(drawings(Path(sys.argv[1])))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, capture_output=True, text=True)
    assert done.stdout == drawn


def test_two_threads_that_make_a_file_at_once_both_get_its_text(tmp_path: Path) -> None:
    """With one name for what both write, the second found nothing to move into place, and the page failed."""
    both, drawn = Barrier(2, timeout=30), "drawn" * 1_000_000

    def make() -> str:
        both.wait()
        return drawn

    with ThreadPoolExecutor(2) as pool:
        texts = [pool.submit(kept, tmp_path / "drawings-1.json", make) for _ in range(2)]
        assert [text.result() for text in texts] == [drawn, drawn]
    assert [file.name for file in tmp_path.iterdir()] == ["drawings-1.json"]
