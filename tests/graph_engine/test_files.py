"""Digests of large files are remembered for as long as the files stay as they were."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graph_engine import files as module
from graph_engine.digest import digest_content
from graph_engine.errors import FileMissing
from graph_engine.files import UPLOAD_PREFIX, Files, is_upload

LARGE = b"large" * 400_000


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    read: list[Path] = []
    digest_file = module.digest_file

    def counting(path: Path) -> str:
        read.append(path)
        return digest_file(path)

    monkeypatch.setattr(module, "digest_file", counting)
    return read


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as old enough to be known again by their times."""
    monkeypatch.setattr(module, "_SETTLED", -1)


@pytest.mark.usefixtures("settled")
def test_a_large_file_is_read_once_and_again_when_it_was_touched(tmp_path: Path, counted: list[Path]) -> None:
    files = Files([tmp_path], tmp_path / "uploads")
    path = tmp_path / "model"
    path.write_bytes(LARGE)
    assert files.upload(path) == files.reference("model") == UPLOAD_PREFIX + digest_content(LARGE)
    assert len(counted) == 1
    stat = path.stat()
    other = b"L" + LARGE[1:]
    path.write_bytes(other)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # as if nothing had been
    assert files.upload(path) == UPLOAD_PREFIX + digest_content(other)


def test_a_file_that_was_just_written_is_not_known_by_its_times(tmp_path: Path, counted: list[Path]) -> None:
    files = Files([tmp_path], tmp_path / "uploads")
    (tmp_path / "model").write_bytes(LARGE)
    assert files.reference("model") == files.reference("model")
    assert len(counted) == 2


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("blake3:" + "a" * 64, True), ("blake3:" + "A" * 64, False), ("a" * 64, False), ("blake3:../..", False)],
)
def test_the_name_of_an_upload_is_known(text: str, is_one: bool) -> None:
    assert is_upload(text) == is_one


def test_a_missing_file_is_said_without_where_things_lie_on_this_machine(tmp_path: Path) -> None:
    roots = tmp_path / "pictures", tmp_path / "models"
    with pytest.raises(FileMissing) as missing:
        Files(roots, tmp_path / "uploads").open("here.png")
    said = str(missing.value)
    assert "'here.png'" in said
    assert "'pictures', 'models'" in said
    assert "upload" in said
    assert str(tmp_path) not in said
