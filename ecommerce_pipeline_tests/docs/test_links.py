"""Every relative link, and every path of this repository, that a page names leads somewhere."""

import re
from pathlib import Path

import pytest

from ecommerce_pipeline.settings import PROJECT_ROOT

PAGES = [*sorted(PROJECT_ROOT.glob("*.md")), *sorted((PROJECT_ROOT / "docs").glob("*.md"))]
FOLDERS = [
    path.name
    for path in PROJECT_ROOT.iterdir()
    if path.is_dir() and (not path.name.startswith(".") or path.name == ".ci")
]


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)}


def links(page: Path) -> list[tuple[str, str]]:
    """Return the text and the target of each link that stays in the repository."""
    found = re.findall(r"\[([^\]]*)\]\(([^)\s]+)\)", page.read_text())
    return [(text, target) for text, target in found if not target.startswith(("http://", "https://"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_to_a_file_and_every_anchor_to_a_heading(page: Path) -> None:
    broken = []
    for _, target in links(page):
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (anchor and anchor not in anchors(linked)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_whose_text_is_a_file_leads_to_that_file(page: Path) -> None:
    """A moved file's link once led to the new file under the old name."""
    named = [(text.strip("`/"), target) for text, target in links(page) if re.fullmatch(r"`[\w./-]+`", text)]
    assert [(text, target) for text, target in named if Path(text).name != Path(target.partition("#")[0]).name] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_of_the_repository_that_a_page_names_is_there(page: Path) -> None:
    """Patterns and placeholders are left out."""
    named = re.findall(rf"`((?:{'|'.join(map(re.escape, FOLDERS))})/[\w./-]*)`", page.read_text())
    assert [path for path in named if not (PROJECT_ROOT / path).exists()] == []
