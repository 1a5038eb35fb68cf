"""Models behind their references: where the file with a digest lies, and its weights on the run's device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from graph_engine import Artifact, FileMissing, PathEscape, Run
from graph_engine.digest import canonical_json, digest_text
from latent_diffusion import bundle as bundles
from latent_diffusion.bundle import Bundle, file_digest, find_bundle, read_bundle
from nodes.errors import DeviceUnknown, ModelMissing, refusals
from nodes.values import ModelReference

if TYPE_CHECKING:
    import torch
    from torch import nn

    from latent_diffusion.model_header import ModelHeader

M = TypeVar("M", bound=ModelReference)

SUFFIX = ".safetensors"


Stamp: TypeAlias = tuple[Path, int, int, int]


def stamp(path: Path) -> Stamp:
    """What a file is known by while it stays as it is."""
    stat = path.stat()
    return path, stat.st_size, stat.st_mtime_ns, stat.st_ino


class ModelDigests:
    """The digest of each model file, computed once for as long as the file stays as it is."""

    def __init__(self) -> None:
        self._known: dict[Stamp, str] = {}

    def of(self, path: Path) -> str:
        """blake3 of the file's bytes."""
        key = stamp(path)
        if key not in self._known:
            self._known[key] = file_digest(path)
        return self._known[key]

    def known(self, path: Path) -> str:
        """The same, if it was computed before, or else nothing: no file is read."""
        return self._known.get(stamp(path), "")


def bundle_named(name: str, run: Run) -> Bundle:
    """The embedded bundle of that name, or the folder `name` among the files that documents may read."""
    with refusals():
        if name in {bundle.name for bundle in embedded_bundles()}:
            return find_bundle(name)
        try:
            manifest = run.open_file(f"{name}/{bundles.MANIFEST}")
        except FileMissing:
            return find_bundle(name)  # raises, with the names there are
        return read_bundle(manifest.parent)


def bundle_digest(name: str, run: Run) -> str:
    """One digest for the digests of all parts that the bundle's manifest lists."""
    return digest_text(canonical_json(bundle_named(name, run).digests))


def model_file_digest(name: str, run: Run) -> str:
    """blake3 of the file that a document means by a model's name."""
    return run.service(ModelDigests).of(model_file(name, run))


def embedded_bundles() -> Iterator[Bundle]:
    """The bundles that ship with latent_diffusion."""
    for manifest in sorted(bundles.EMBEDDED.glob(f"*/{bundles.MANIFEST}")):
        yield read_bundle(manifest.parent)


def part_of(bundle: Bundle, model: type[M], name: str, run: Run) -> M:
    """The reference to a part of the bundle that goes by `name`; its file must be what the manifest says."""
    with refusals():
        path = bundle.path(model.kind)
    if not path.is_file():
        raise ModelMissing(f"The bundle '{name}' is incomplete: it has no {path.name}; install it again.")
    if run.service(ModelDigests).of(path) != bundle.digests[model.kind]:
        raise ModelMissing(
            f"{path.name} of the bundle '{name}' is cut short or was changed: it is not the file that "
            f"{bundles.MANIFEST} lists. Install the bundle again."
        )
    return model(f"{name}/{path.name}", bundle.digests[model.kind], path.stat().st_size)


def model_file(name: str, run: Run) -> Path:
    """The file that a document means by a model's name: `BUNDLE/PART.safetensors`, or a path."""
    for bundle in embedded_bundles():
        for part in bundle.digests:
            if name == f"{bundle.name}/{part}{SUFFIX}":
                return bundle.path(part)
    return run.open_file(name)


def reference_to(path: Path, name: str, model: type[M], run: Run) -> M:
    """The reference to a model file. Raises `NodeRefused` where it is cut short or of another kind."""
    from latent_diffusion.model_header import ModelFileError, read_header

    with refusals():
        kind = read_header(path).kind
        if kind != model.kind:
            raise ModelFileError(
                f"{path.name} holds a model of kind {kind}, and one of kind {model.kind} is wanted; "
                "name another file."
            )
    return model(name, run.service(ModelDigests).of(path), path.stat().st_size)


def load(model: ModelReference, run: Run) -> Any:
    """The model itself on the run's device, from the pool: an Autoencoder, Denoiser, ... Never change it."""
    from latent_diffusion.model_pool import ModelPool

    path = model_path(model, run)
    with refusals():
        return run.service(ModelPool).load(path, model.digest, model.kind, device_of(run))


def model_path(model: ModelReference, run: Run) -> Path:
    """The file with the model's digest, wherever it lies now. Raises `ModelMissing`."""
    digests = run.service(ModelDigests)
    for place in _places(model, run):
        try:
            path = place()
        except (FileMissing, PathEscape):
            continue
        if path.is_file() and digests.of(path) == model.digest:
            return path
    raise ModelMissing(
        f"The {model.kind} '{model.name}' ({model.digest[:12]}) is no longer there, or its file was changed "
        "while the run was on. Put the file back, or load another model."
    )


def _places(model: ModelReference, run: Run) -> Iterator[Callable[[], Path]]:
    for bundle in embedded_bundles():
        if bundle.digests.get(model.kind) == model.digest:
            yield lambda bundle=bundle: bundle.path(model.kind)  # type: ignore[misc]
    yield lambda: run.open_file(model.name)
    yield lambda: run.open_file(f"blake3:{model.digest}")
    saved = Artifact(model.digest, f"model{SUFFIX}", "application/octet-stream", model.bytes)
    yield lambda: run.artifact_path(saved)


def save_trained(run: Run, module: nn.Module, header: ModelHeader, model: type[M]) -> M:
    """Keep a trained network as an artifact of the run, and give the reference to it."""
    from latent_diffusion.model_file import save_model

    path = run.workspace() / f"trained-{model.kind}{SUFFIX}"  # the checkpoint has the plain name
    save_model(path, module, header)
    saved = run.save_artifact(f"{model.kind}{SUFFIX}", path, "application/octet-stream")
    return model(saved.name, saved.digest, saved.size)


def device_of(run: Run, name: str = "") -> torch.device:
    """The device of that name, or of the run; "auto" is the first CUDA device, or else the CPU."""
    import torch

    name = name or run.device
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise DeviceUnknown(f"There is no device '{name}'; use auto, cpu or cuda:0.") from None
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise DeviceUnknown(
            f"This machine has no device '{name}': torch {torch.__version__} sees "
            f"{torch.cuda.device_count()} CUDA devices. Use auto or cpu."
        )
    return device
