"""A bundle: a folder with the parts of one latent diffusion model, a file each, and `bundle.json`."""

from __future__ import annotations

import difflib
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from blake3 import blake3

EMBEDDED = Path(__file__).parent / "bundles"
MANIFEST = "bundle.json"
FORMAT = 1
PARTS = ("autoencoder", "denoiser", "conditioner", "planner", "recogniser")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


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
        text = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise _unreadable(folder, error) from error
    return _parse(text, folder, folder)


def _parse(text: bytes, folder: Path, source: Path) -> Bundle:
    try:
        manifest = json.loads(text)
        written = int(manifest["latentgraph_bundle"])
        bundle = Bundle(str(manifest["name"]), folder, int(manifest["image_size"]), dict(manifest["digests"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(source, error) from error
    if written > FORMAT:
        raise BundleError(
            f"the bundle in {source.name} is of format {written}, and this version reads up to {FORMAT}; "
            "update Latent Graph."
        )
    return bundle


def _unreadable(source: Path, error: Exception) -> BundleError:
    return BundleError(
        f"the manifest of the bundle in {source.name} cannot be read ({type(error).__name__}: {error}); "
        "fetch the bundle again."
    )


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
        "latentgraph_bundle": FORMAT,
        "name": name,
        "image_size": image_size,
        "digests": {part: file_digest(path) for part, path in sorted(parts.items())},
    }
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        file.writestr(zipfile.ZipInfo(MANIFEST), json.dumps(manifest, indent=2) + "\n")
        for part, path in sorted(parts.items()):
            file.writestr(zipfile.ZipInfo(f"{part}.safetensors"), path.read_bytes())


def unpack_bundle(archive: Path, root: Path) -> Bundle:
    """Unpack what `pack_bundle` wrote into the folder of `root` that has the bundle's name.

    Every digest is checked before anything is written; raises `BundleError`.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            text = file.read(MANIFEST)
            listed = _parse(text, root, archive)
            contents = {part: file.read(f"{part}.safetensors") for part in listed.digests if part in PARTS}
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise BundleError(
            f"{archive.name} is not a whole bundle ({type(error).__name__}: {error}); "
            "fetch or train the bundle again."
        ) from error
    if not NAME.fullmatch(listed.name):
        raise BundleError(
            f"the bundle in {archive.name} is named `{listed.name}`; a name has small letters, digits and "
            "hyphens."
        )
    if contents.keys() != listed.digests.keys():
        unknown = ", ".join(sorted(listed.digests.keys() - contents.keys()))
        raise BundleError(
            f"the bundle in {archive.name} has a part that is none: {unknown}; there are {', '.join(PARTS)}."
        )
    for part, data in contents.items():
        if blake3(data).hexdigest() != listed.digests[part]:
            raise BundleError(f"the {part} in {archive.name} is damaged; fetch or train the bundle again.")
    folder = root / listed.name
    folder.mkdir(parents=True, exist_ok=True)
    files = {f"{part}.safetensors": data for part, data in contents.items()} | {MANIFEST: text}
    for name, data in files.items():
        (folder / f"{name}.partial").write_bytes(data)
    for name in files:  # the manifest last
        (folder / f"{name}.partial").replace(folder / name)
    for part in set(PARTS) - contents.keys():
        (folder / f"{part}.safetensors").unlink(missing_ok=True)
    return read_bundle(folder)
