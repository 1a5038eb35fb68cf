"""A bundle: a folder with the parts of one latent diffusion model, a file each, and `bundle.json`."""

from __future__ import annotations

import difflib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from blake3 import blake3

EMBEDDED = Path(__file__).parent / "bundles"
MANIFEST = "bundle.json"
FORMAT = 1
PARTS = ("autoencoder", "denoiser", "conditioner", "recogniser")


class BundleError(ValueError):
    """A bundle or a part of one that is not there, or a manifest that cannot be read."""


@dataclass(frozen=True)
class Bundle:
    """Where a bundle lies, and the digest of each of its parts (`autoencoder`, `denoiser`, ...)."""

    name: str
    folder: Path
    image_size: int  # pixels along a side of the pictures it was trained on
    digests: dict[str, str]

    def path(self, part: str) -> Path:
        """Return the file of a part."""
        if part not in self.digests:
            raise BundleError(f"the bundle `{self.name}` has no {part}; it has {', '.join(self.digests)}.")
        return self.folder / f"{part}.safetensors"


def file_digest(path: Path) -> str:
    """Return the blake3 digest of a file's bytes, in hexadecimal."""
    return blake3(max_threads=blake3.AUTO).update_mmap(path).hexdigest()


def find_bundle(name: str, folders: tuple[Path, ...] = ()) -> Bundle:
    """Return the bundle of that name in `folders` or among the embedded ones; raise `BundleError`."""
    known = {
        path.parent.name: path.parent for root in (EMBEDDED, *folders) for path in root.glob(f"*/{MANIFEST}")
    }
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(sorted(known)) or 'none'}."
        raise BundleError(f"there is no bundle `{name}`; {hint}")
    return read_bundle(known[name])


def read_bundle(folder: Path) -> Bundle:
    """Return the bundle of a folder; raise `BundleError`."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        written = int(manifest["latentgraph_bundle"])
        bundle = Bundle(manifest["name"], folder, int(manifest["image_size"]), dict(manifest["digests"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(
            f"the manifest of the bundle in {folder.name} cannot be read ({type(error).__name__}: {error}); "
            "fetch the bundle again."
        ) from error
    if written > FORMAT:
        raise BundleError(
            f"the bundle in {folder.name} is of format {written}, and this version reads up to {FORMAT}; "
            "update Latent Graph."
        )
    return bundle


def write_manifest(folder: Path, name: str, image_size: int) -> Bundle:
    """Write `bundle.json` for the part files in a folder."""
    digests = {
        part: file_digest(folder / f"{part}.safetensors")
        for part in PARTS
        if (folder / f"{part}.safetensors").is_file()
    }
    manifest = {"latentgraph_bundle": FORMAT, "name": name, "image_size": image_size, "digests": digests}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    return Bundle(name, folder, image_size, digests)


def pack_bundle(archive: Path, name: str, image_size: int, parts: dict[str, Path]) -> None:
    """Write a zip file with the manifest and the part files of a bundle; equal parts give equal bytes."""
    manifest = {
        "latentgraph_bundle": 1,
        "name": name,
        "image_size": image_size,
        "digests": {part: file_digest(path) for part, path in sorted(parts.items())},
    }
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        file.writestr(zipfile.ZipInfo(MANIFEST), json.dumps(manifest, indent=2) + "\n")
        for part, path in sorted(parts.items()):
            file.writestr(zipfile.ZipInfo(f"{part}.safetensors"), path.read_bytes())


def unpack_bundle(archive: Path, folder: Path) -> Bundle:
    """Unpack what `pack_bundle` wrote into `folder`, after checking every digest; raise `BundleError`."""
    with zipfile.ZipFile(archive) as file:
        manifest = json.loads(file.read(MANIFEST))
        contents = {part: file.read(f"{part}.safetensors") for part in manifest["digests"] if part in PARTS}
    for part, data in contents.items():
        if blake3(data).hexdigest() != manifest["digests"][part]:
            raise BundleError(f"the {part} in {archive.name} is damaged; fetch or train the bundle again.")
    folder.mkdir(parents=True, exist_ok=True)
    for part, data in contents.items():
        (folder / f"{part}.safetensors").write_bytes(data)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    return read_bundle(folder)
