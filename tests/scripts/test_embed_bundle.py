"""scripts/embed_bundle in a checkout of its own: the archive takes the place of the embedded bundle."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from latent_diffusion.bundle import find_bundle, pack_bundle

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The script and the module that it needs, away from the embedded bundles of this checkout."""
    copy = tmp_path / "checkout"
    for name in ("scripts/embed_bundle", "latent_diffusion/__init__.py", "latent_diffusion/bundle.py"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, copy / name)
    return copy


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    weights = tmp_path / "weights"
    weights.write_bytes(b"weights")
    pack_bundle(tmp_path / "emoji-scenes (1).zip", "emoji-scenes", 128, {"denoiser": weights})
    return tmp_path / "emoji-scenes (1).zip"


def embed(checkout: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, checkout / "scripts" / "embed_bundle", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=checkout.parent)


def test_the_archive_becomes_the_embedded_bundle_of_its_name(checkout: Path, archive: Path) -> None:
    for _ in range(2):
        told = embed(checkout, archive)
        assert (told.returncode, told.stderr) == (0, "")
        assert told.stdout == "latent_diffusion/bundles/emoji-scenes: denoiser, 0.0 MiB\n"
    bundle = find_bundle("emoji-scenes", (checkout / "latent_diffusion" / "bundles",))
    assert bundle.path("denoiser").read_bytes() == b"weights"


def test_a_damaged_archive_is_told_in_one_sentence_and_changes_nothing(checkout: Path, archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-30])
    told = embed(checkout, archive)
    assert told.returncode == 1
    assert told.stderr.startswith("emoji-scenes (1).zip is not a whole bundle")
    assert "Traceback" not in told.stderr
    assert not (checkout / "latent_diffusion" / "bundles").exists()


def test_without_an_archive_it_says_how_it_is_used(checkout: Path) -> None:
    told = embed(checkout)
    assert told.returncode == 2
    assert "scripts/embed_bundle outputs/emoji-scenes.zip" in told.stdout
    told = embed(checkout, "nowhere.zip")
    assert (told.returncode, "there is no file nowhere.zip" in told.stderr) == (2, True)
