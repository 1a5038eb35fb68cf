"""Which bundles and model files there are to choose from, told by their headers: no weights are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

from graph_engine import Choice, FileMissing, PathEscape, Run
from graph_engine.digest import canonical_json, digest_text
from latent_diffusion import bundle as bundles
from latent_diffusion.bundle import Bundle, BundleError, read_bundle
from nodes.models import SUFFIX, ModelDigests, Stamp, embedded_bundles, stamp
from nodes.values import AutoencoderModel, ConditionerModel, DenoiserModel, ModelReference

Details: TypeAlias = dict[str, str | int | float]

NEEDED = {one.kind for one in (AutoencoderModel, DenoiserModel, ConditionerModel)}  # of a bundle


class ModelFacts:
    """What the header of each model file says, read once for as long as the file stays as it is."""

    def __init__(self) -> None:
        self._known: dict[Stamp, Details] = {}

    def of(self, path: Path) -> Details:
        """`kind`, `parameters`, `bytes` and what its kind has besides; nothing of what is no model."""
        with suppress(OSError):
            key = stamp(path)
            if key not in self._known:
                self._known[key] = _facts(path)
            return dict(self._known[key])
        return {}


def bundle_choices(run: Run) -> Iterator[Choice]:
    """The bundles that a picture can be made with: those that are embedded, then those in folders."""
    embedded = {bundle.name: bundle for bundle in embedded_bundles()}
    for name, bundle in (*embedded.items(), *_folders(run)):
        if bundle.digests.keys() >= NEEDED and (bundle is embedded.get(name) or name not in embedded):
            yield Choice(name, bundle.name, _bundle_details(bundle, run))


def model_choices(model: type[ModelReference]) -> Callable[[Run], Iterator[Choice]]:
    """What finds the model files of one kind: parts of embedded bundles, then files in folders."""

    def find(run: Run) -> Iterator[Choice]:
        seen = set()
        for name, title, path, digest in (*_parts(model.kind), *_files(run)):
            facts = run.service(ModelFacts).of(path) if name not in seen else {}
            if facts.get("kind") == model.kind:
                seen.add(name)
                digest = digest or run.service(ModelDigests).known(path)
                yield Choice(name, title, facts | ({"digest": digest} if digest else {}))

    return find


def _parts(kind: str) -> Iterator[tuple[str, str, Path, str]]:
    for bundle in embedded_bundles():
        if kind in bundle.digests:
            name = f"{bundle.name}/{kind}{SUFFIX}"
            yield name, f"{bundle.name}: {kind}", bundle.path(kind), bundle.digests[kind]


def _files(run: Run) -> Iterator[tuple[str, str, Path, str]]:
    for name in run.file_names(SUFFIX):
        with suppress(FileMissing, PathEscape):
            yield name, name.removesuffix(SUFFIX), run.open_file(name), ""


def _folders(run: Run) -> Iterator[tuple[str, Bundle]]:
    for name in run.file_names(f"/{bundles.MANIFEST}"):
        with suppress(FileMissing, PathEscape, BundleError):
            yield PurePosixPath(name).parent.as_posix(), read_bundle(run.open_file(name).parent)


def _bundle_details(bundle: Bundle, run: Run) -> Details:
    facts = [run.service(ModelFacts).of(bundle.path(part)) for part in bundle.digests]
    return {
        "parts": ", ".join(bundle.digests),
        "image_size": bundle.image_size,
        "parameters": sum(int(one.get("parameters", 0)) for one in facts),
        "bytes": sum(int(one.get("bytes", 0)) for one in facts),
        "digest": digest_text(canonical_json(bundle.digests)),
    }


def _facts(path: Path) -> Details:
    from latent_diffusion.model_header import ModelFileError, count_parameters, read_header

    try:
        header = read_header(path)
        found: Details = {
            "kind": header.kind,
            "parameters": count_parameters(path),
            "bytes": path.stat().st_size,
        }
    except ModelFileError:  # of another program, or damaged: the node would refuse it
        return {}
    with suppress(KeyError, TypeError):  # a configuration of another version has other names
        found |= _of_kind(header.kind, header.config)
    return found


def _of_kind(kind: str, config: dict[str, Any]) -> Details:
    """What a person wants to know of a model of a kind before it is loaded."""
    match kind:
        case "autoencoder":
            return {"channels": int(config["embed_dim"]), "regularization": str(config["regularization"])}
        case "denoiser":
            routes = ", ".join(map(str, config["routes"]))
            return {"parameterization": str(config["parameterization"]), "routes": routes}
        case "conditioner":
            inner = config["conditioner"]
            boxes = int(inner["max_boxes"]) if inner["boxes"] else 0
            return {
                "tokens": int(inner["text"]["max_tokens"]),
                "boxes": boxes,
                "classes": int(inner["classes"]),
            }
        case "planner":
            return {
                "tokens": int(config["planner"]["max_text"]),
                "boxes": int(config["planner"]["max_objects"]),
            }
        case "recogniser":
            return {"classes": len(config["classes"])}
    return {}
