"""The repository and its requirements: no secret is committed, and every requirement is pinned by hash."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from detect_secrets import SecretsCollection
from detect_secrets.settings import transient_settings

from ecommerce_pipeline.settings import PROJECT_ROOT

ARTIFICIAL = {"Secret Keyword", "Basic Auth Credentials"}
"""Kinds that are allowed in tests, for invented passwords. Real keys and tokens are not."""
PLUGINS: list[dict[str, object]] = [
    {"name": "AWSKeyDetector"},
    {"name": "Base64HighEntropyString", "limit": 4.5},
    {"name": "BasicAuthDetector"},
    {"name": "GitHubTokenDetector"},
    {"name": "JwtTokenDetector"},
    {"name": "KeywordDetector"},
    {"name": "PrivateKeyDetector"},
    {"name": "SlackDetector"},
]
"""The plugins for secrets of this platform. Each reads every line: all 27 would take 12 s."""
NOT_TEXT = {".png"}
REQUIREMENTS = sorted((PROJECT_ROOT / "requirements").glob("*.txt"))
NPM_LOCK = PROJECT_ROOT / "requirements" / "chromium" / "package-lock.json"


def secrets_in(files: list[Path]) -> list[str]:
    """Return secrets as `file:line: kind`; lines with `pragma: allowlist secret` are skipped."""
    found = SecretsCollection(root=str(PROJECT_ROOT))
    with transient_settings({"plugins_used": PLUGINS}):
        for file in files:
            found.scan_file(str(file))
    return [
        f"{name}:{secret.line_number}: {secret.type}"
        for name, secret in found
        if not (secret.type in ARTIFICIAL and "_tests/" in name)
    ]


def test_no_secret_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    files = [PROJECT_ROOT / name for name in listed.stdout.split("\0") if name]
    # Requirements are full of hashes; the tests below define what else they may contain.
    texts = [
        file
        for file in files
        if file.is_file() and file.suffix not in NOT_TEXT and file not in [*REQUIREMENTS, NPM_LOCK]
    ]
    assert len(texts) > 200
    assert secrets_in(texts) == []


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("POSTGRES_PASSWORD=" + "Zq8-tr0ub4dor", "Secret Keyword"),
        ("url: postgresql://shop:" + "Zq8tr0ub4dor@db.example.com/shop", "Basic Auth Credentials"),
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "Private Key"),
        ("key = '" + "AKIA" + "Z7QJ4XW2M5N8P3RT'", "AWS Access Key"),
        ("token = '" + "ghp_" + "a8F3kL0pQ2rS5tU7vW9xY1zB4cD6eG8hJ0kM'", "GitHub Token"),
    ],
)
def test_a_planted_secret_is_found(tmp_path: Path, line: str, kind: str) -> None:
    planted = tmp_path / "settings.yaml"
    planted.write_text(f"# settings\n{line}\n")
    assert f"{planted}:2: {kind}" in secrets_in([planted])


@pytest.mark.parametrize("file", REQUIREMENTS, ids=lambda file: file.name)
def test_every_requirement_is_pinned_to_a_version_and_hashes_and_names_no_index(file: Path) -> None:
    # A requirement continues after lines that end with a backslash.
    requirements = re.sub(r"\\\n\s*", "", file.read_text()).splitlines()
    pinned = [line for line in requirements if line and not line.lstrip().startswith("#")]
    assert pinned
    for line in pinned:
        assert re.match(r"[a-z0-9.-]+(\[[a-z0-9,-]+\])?==[^ ]+ .*--hash=sha256:[0-9a-f]{64}", line), line[:100]
        assert "://" not in line


def test_every_npm_package_is_pinned_to_a_version_and_hash_and_names_no_index() -> None:
    packages = json.loads(NPM_LOCK.read_text())["packages"]
    for name, package in packages.items():
        if name:  # the entry without a name is the project itself
            assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"]), name
            assert re.match(r"sha512-[\w+/]{86}==", package["integrity"]), name
            assert "resolved" not in package, name
            assert not package.get("hasInstallScript"), name
