import json
from pathlib import Path

import pytest
from blake3 import blake3

from latent_diffusion.bundle import BundleError, file_digest, find_bundle, read_bundle, write_manifest


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
