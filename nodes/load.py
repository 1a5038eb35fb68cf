"""Loading models: a bundle, or a model file. What flows on is a reference; weights come on use."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from graph_engine import Choices, FilePath, ModelName, Run, node
from nodes.model_choices import bundle_choices, model_choices
from nodes.models import (
    bundle_digest,
    bundle_named,
    model_file,
    model_file_digest,
    part_of,
    reference_to,
)
from nodes.values import AutoencoderModel, ConditionerModel, DenoiserModel, PlannerModel, RecogniserModel

BundleName = Annotated[str, ModelName(bundle_digest), Choices(bundle_choices)]
ModelFile = Annotated[str, FilePath("model"), ModelName(model_file_digest)]
AutoencoderFile = Annotated[ModelFile, Choices(model_choices(AutoencoderModel))]
DenoiserFile = Annotated[ModelFile, Choices(model_choices(DenoiserModel))]
ConditionerFile = Annotated[ModelFile, Choices(model_choices(ConditionerModel))]
PlannerFile = Annotated[ModelFile, Choices(model_choices(PlannerModel))]
RecogniserFile = Annotated[ModelFile, Choices(model_choices(RecogniserModel))]


class BundleModels(NamedTuple):
    """The three parts of a latent diffusion model."""

    autoencoder: AutoencoderModel
    denoiser: DenoiserModel
    conditioner: ConditionerModel


def bundle_fingerprint(name: str, run: Run) -> str:
    """The digests in the bundle's manifest."""
    return str(sorted(bundle_named(name, run).digests.items()))


def file_fingerprint(file: str, run: Run) -> str:
    """The digest of the file, and its name, by which it is found again."""
    return f"{model_file_digest(file, run)} {file}"


@node(title="Load bundle", category="models", lane="io", kind="external", fingerprint=bundle_fingerprint)
def load_bundle(name: BundleName = "emoji-scenes", *, run: Run) -> BundleModels:
    """Autoencoder, denoiser and conditioner that belong together: an embedded bundle, or a folder."""
    bundle = bundle_named(name, run)
    return BundleModels(
        part_of(bundle, AutoencoderModel, name, run),
        part_of(bundle, DenoiserModel, name, run),
        part_of(bundle, ConditionerModel, name, run),
    )


@node(title="Load autoencoder", category="models", lane="io", kind="external", fingerprint=file_fingerprint)
def load_autoencoder(file: AutoencoderFile, *, run: Run) -> AutoencoderModel:
    """An autoencoder from a model file, or from a bundle as `emoji-scenes/autoencoder.safetensors`."""
    return reference_to(model_file(file, run), file, AutoencoderModel, run)


@node(title="Load denoiser", category="models", lane="io", kind="external", fingerprint=file_fingerprint)
def load_denoiser(file: DenoiserFile, *, run: Run) -> DenoiserModel:
    """A denoiser from a model file, or from a bundle as `emoji-scenes/denoiser.safetensors`."""
    return reference_to(model_file(file, run), file, DenoiserModel, run)


@node(title="Load conditioner", category="models", lane="io", kind="external", fingerprint=file_fingerprint)
def load_conditioner(file: ConditionerFile, *, run: Run) -> ConditionerModel:
    """A conditioner from a model file, or from a bundle as `emoji-scenes/conditioner.safetensors`."""
    return reference_to(model_file(file, run), file, ConditionerModel, run)


@node(title="Load planner", category="models", lane="io", kind="external", fingerprint=file_fingerprint)
def load_planner(file: PlannerFile = "emoji-scenes/planner.safetensors", *, run: Run) -> PlannerModel:
    """A layout planner from a model file, or from a bundle as `emoji-scenes/planner.safetensors`."""
    return reference_to(model_file(file, run), file, PlannerModel, run)


@node(title="Load recogniser", category="models", lane="io", kind="external", fingerprint=file_fingerprint)
def load_recogniser(
    file: RecogniserFile = "emoji-scenes/recogniser.safetensors", *, run: Run
) -> RecogniserModel:
    """A recogniser from a model file, or from a bundle as `emoji-scenes/recogniser.safetensors`."""
    return reference_to(model_file(file, run), file, RecogniserModel, run)
