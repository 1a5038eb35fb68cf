import json
import zipfile
from pathlib import Path

import pytest
from blake3 import blake3

from latent_diffusion.bundle import (
    BundleError,
    file_digest,
    find_bundle,
    pack_bundle,
    read_bundle,
    unpack_bundle,
    write_manifest,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of bundles with one, `emoji-scenes-test`."""
    folder = tmp_path / "emoji-scenes-test"
    folder.mkdir()
    (folder / "autoencoder.safetensors").write_bytes(b"weights of an autoencoder")
    (folder / "denoiser.safetensors").write_bytes(b"weights of a denoiser")
    write_manifest(folder, "emoji-scenes-test", 128)
    return tmp_path


def test_a_bundle_is_found_by_its_name(root):
    bundle = find_bundle("emoji-scenes-test", (root,))
    assert (bundle.name, bundle.image_size) == ("emoji-scenes-test", 128)
    assert bundle.path("denoiser").read_bytes() == b"weights of a denoiser"


def test_what_is_written_is_what_is_read(root):
    folder = root / "emoji-scenes-test"
    assert write_manifest(folder, "emoji-scenes-test", 64) == read_bundle(folder)


def test_digests_are_those_of_the_files(root):
    bundle = find_bundle("emoji-scenes-test", (root,))
    assert bundle.digests == {
        "autoencoder": blake3(b"weights of an autoencoder").hexdigest(),
        "denoiser": blake3(b"weights of a denoiser").hexdigest(),
    }
    assert file_digest(bundle.path("autoencoder")) == bundle.digests["autoencoder"]


def test_an_empty_file_has_a_digest(tmp_path):
    (tmp_path / "empty").touch()
    assert file_digest(tmp_path / "empty") == blake3(b"").hexdigest()


def test_a_misspelled_name_gets_the_nearest(root):
    with pytest.raises(
        BundleError, match=r"no bundle `emoji-scene-tset`; did you mean `emoji-scenes-test`\?"
    ):
        find_bundle("emoji-scene-tset", (root,))


def test_a_name_like_none_gets_the_list(root):
    with pytest.raises(BundleError, match=r"no bundle `zzz`; there are: .*emoji-scenes-test"):
        find_bundle("zzz", (root,))


def test_a_name_is_no_path(root):
    with pytest.raises(BundleError, match="no bundle"):
        find_bundle(f"../{root.name}/emoji-scenes-test", (root,))


def test_a_part_that_is_not_there_is_named_with_those_that_are(root):
    with pytest.raises(BundleError, match="has no conditioner; it has autoencoder, denoiser"):
        find_bundle("emoji-scenes-test", (root,)).path("conditioner")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"latentgraph_bundle": 1, "name": "x", "image_size": null, "digests": {}}'],
    ids=["empty", "cut short", "a list", "without fields", "without a size"],
)
def test_a_damaged_manifest_is_named(root, text):
    (root / "emoji-scenes-test" / "bundle.json").write_text(text)
    with pytest.raises(BundleError, match="manifest of the bundle in emoji-scenes-test cannot be read"):
        find_bundle("emoji-scenes-test", (root,))


def test_a_newer_manifest_asks_for_an_update(root):
    path = root / "emoji-scenes-test" / "bundle.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"latentgraph_bundle": 2}))
    with pytest.raises(BundleError, match="is of format 2, and this version reads up to 1; update"):
        find_bundle("emoji-scenes-test", (root,))


# Archives.


def pack(root: Path, archive: Path, name: str = "emoji-scenes-test") -> Path:
    bundle = read_bundle(root / "emoji-scenes-test")
    pack_bundle(archive, name, bundle.image_size, {part: bundle.path(part) for part in bundle.digests})
    return archive


def rewritten(archive: Path, target: Path, **entries: bytes | None) -> Path:
    """Copy an archive with some of its files replaced or, where None, left out."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        contents = {name: old.read(name) for name in old.namelist()} | entries
        for name, data in contents.items():
            if data is not None:
                new.writestr(name, data)
    return target


def manifest_of(archive: Path) -> dict[str, object]:
    with zipfile.ZipFile(archive) as file:
        return json.loads(file.read("bundle.json"))


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_is_packed_is_what_is_unpacked(root, tmp_path):
    archive = pack(root, tmp_path / "any name.zip")
    bundle = unpack_bundle(archive, tmp_path / "new" / "place")
    assert bundle.folder == tmp_path / "new" / "place" / "emoji-scenes-test"
    assert files_below(bundle.folder) == files_below(root / "emoji-scenes-test")
    assert bundle == find_bundle("emoji-scenes-test", (tmp_path / "new" / "place",))


def test_equal_parts_give_equal_bytes(root, tmp_path):
    first = pack(root, tmp_path / "first.zip").read_bytes()
    for path in (root / "emoji-scenes-test").iterdir():
        path.touch()
    assert pack(root, tmp_path / "second.zip").read_bytes() == first
    (root / "emoji-scenes-test" / "denoiser.safetensors").write_bytes(b"other weights")
    assert pack(root, tmp_path / "third.zip").read_bytes() != first


def test_unpacking_puts_a_bundle_in_the_place_of_another(root, tmp_path):
    archive = pack(root, tmp_path / "bundle.zip")
    old = tmp_path / "bundles" / "emoji-scenes-test"
    old.mkdir(parents=True)
    for name in ("denoiser.safetensors", "recogniser.safetensors", "model-card.md"):
        (old / name).write_text("old")
    write_manifest(old, "emoji-scenes-test", 64)
    bundle = unpack_bundle(archive, tmp_path / "bundles")
    assert (bundle.image_size, sorted(bundle.digests)) == (128, ["autoencoder", "denoiser"])
    expected = files_below(root / "emoji-scenes-test") | {"model-card.md": b"old"}
    assert files_below(old) == expected  # no recogniser that fits nothing; what is no part stays


def refused(archive: Path, folder: Path, sentence: str) -> None:
    with pytest.raises(BundleError, match=sentence):
        unpack_bundle(archive, folder)
    assert not folder.exists()


def test_a_part_of_other_bytes_is_refused_and_nothing_is_written(root, tmp_path):
    archive = pack(root, tmp_path / "whole.zip")
    bad = rewritten(archive, tmp_path / "bad.zip", **{"denoiser.safetensors": b"weights of a burglar"})
    refused(bad, tmp_path / "out", r"the denoiser in bad\.zip is damaged; fetch or train")


@pytest.mark.parametrize("size", [0, 10, 150, -1], ids=["empty", "a few bytes", "half", "all but one byte"])
def test_an_archive_cut_short_is_refused(root, tmp_path, size):
    archive = pack(root, tmp_path / "cut.zip")
    archive.write_bytes(archive.read_bytes()[:size])
    refused(archive, tmp_path / "out", r"cut\.zip is not a whole bundle")


def test_a_flipped_bit_is_refused(root, tmp_path):
    archive = pack(root, tmp_path / "flipped.zip")
    archive.write_bytes(archive.read_bytes().replace(b"weights of a den", b"weights of a dem"))
    refused(archive, tmp_path / "out", r"flipped\.zip is not a whole bundle \(BadZipFile")


@pytest.mark.parametrize("missing", ["bundle.json", "autoencoder.safetensors"])
def test_an_archive_without_one_of_its_files_is_refused(root, tmp_path, missing):
    bad = rewritten(pack(root, tmp_path / "whole.zip"), tmp_path / "bad.zip", **{missing: None})
    refused(bad, tmp_path / "out", f"is not a whole bundle .*{missing}")


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"name": "x", "digests": 3}', b"\xff"])
def test_an_archive_with_a_damaged_manifest_is_refused(root, tmp_path, text):
    bad = rewritten(pack(root, tmp_path / "whole.zip"), tmp_path / "bad.zip", **{"bundle.json": text})
    refused(bad, tmp_path / "out", r"manifest of the bundle in bad\.zip cannot be read")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    refused(tmp_path / "none.zip", tmp_path / "out", r"none\.zip is not a whole bundle \(FileNotFound")


@pytest.mark.parametrize("name", ["..", "../escaped", "/tmp/escaped", "a/b", "", ".", "A b"])
def test_a_name_that_is_a_path_is_refused(root, tmp_path, name):
    archive = pack(root, tmp_path / "named.zip", name)
    refused(archive, tmp_path / "out", "a name has small letters, digits and hyphens")


@pytest.mark.parametrize("part", ["../../escaped", "/escaped", "vocoder"])
def test_a_part_that_is_none_is_refused(root, tmp_path, part):
    archive = pack(root, tmp_path / "whole.zip")
    manifest = manifest_of(archive)
    manifest["digests"] |= {part: blake3(b"x").hexdigest()}
    entries = {"bundle.json": json.dumps(manifest).encode(), f"{part}.safetensors": b"x"}
    bad = rewritten(archive, tmp_path / "bad.zip", **entries)
    refused(bad, tmp_path / "out", "has a part that is none: .*; there are autoencoder")
    assert not list(tmp_path.rglob("escaped*"))


def test_files_that_the_manifest_does_not_name_are_left_in_the_archive(root, tmp_path):
    archive = pack(root, tmp_path / "whole.zip")
    bad = rewritten(archive, tmp_path / "more.zip", **{"../../escaped": b"x", "notes.txt": b"x"})
    bundle = unpack_bundle(bad, tmp_path / "out" / "deep")
    assert files_below(tmp_path / "out") == {
        f"deep/emoji-scenes-test/{name}": data for name, data in files_below(bundle.folder).items()
    }
    assert sorted(files_below(bundle.folder)) == [
        "autoencoder.safetensors",
        "bundle.json",
        "denoiser.safetensors",
    ]
    assert not list(tmp_path.rglob("escaped*"))


def test_a_newer_archive_asks_for_an_update_before_anything_is_written(root, tmp_path):
    archive = pack(root, tmp_path / "whole.zip")
    manifest = manifest_of(archive) | {"latentgraph_bundle": 2}
    newer = rewritten(archive, tmp_path / "new.zip", **{"bundle.json": json.dumps(manifest).encode()})
    refused(newer, tmp_path / "out", "is of format 2, and this version reads up to 1; update")
