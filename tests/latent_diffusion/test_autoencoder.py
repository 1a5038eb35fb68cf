import pytest
import torch
from diffusers import AutoencoderKL, VQModel

from latent_diffusion.autoencoder import Autoencoder, AutoencoderConfig
from tests.resources.compvis_keys import diffusers_autoencoder_state
from tests.resources.tiny_models import randomized, tiny_autoencoder

IMAGES = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(1)) * 2 - 1

# Name, configuration, and millions of parameters of encoder, decoder and all, as the checkpoints have them.
PUBLISHED = [
    ("vq-f4", AutoencoderConfig(regularization="vq"), 22.34, 32.96, 55.32),
    ("vq-f4-noattn", AutoencoderConfig(regularization="vq", mid_attention=False), 21.29, 31.91, 53.22),
    (
        "vq-f8",
        AutoencoderConfig(128, (1, 2, 2, 4), 2, 4, 4, "vq", 16384, attention_levels=(3,)),
        27.40,
        40.25,
        67.72,
    ),
    (
        "vq-f8-n256",
        AutoencoderConfig(128, (1, 2, 2, 4), 2, 4, 4, "vq", 256, attention_levels=(3,)),
        27.40,
        40.25,
        67.65,
    ),
    (
        "vq-f16",
        AutoencoderConfig(128, (1, 1, 2, 2, 4), 2, 8, 8, "vq", 16384, attention_levels=(4,)),
        28.16,
        41.31,
        69.59,
    ),
    ("kl-f4", AutoencoderConfig(128, (1, 2, 4), 2, 3, 3), 22.35, 32.96, 55.31),
    ("kl-f8", AutoencoderConfig(128, (1, 2, 4, 4), 2, 4, 4), 34.16, 49.49, 83.65),
    (
        "kl-f16",
        AutoencoderConfig(128, (1, 1, 2, 2, 4), 2, 16, 16, attention_levels=(4,)),
        28.27,
        41.34,
        69.61,
    ),
    (
        "kl-f32",
        AutoencoderConfig(128, (1, 1, 2, 2, 4, 4), 2, 64, 64, attention_levels=(4, 5)),
        42.61,
        61.24,
        103.88,
    ),
]


def millions(module: torch.nn.Module) -> float:
    return round(sum(p.numel() for p in module.parameters()) / 1e6, 2)


def shapes_of(name: str) -> dict[str, tuple[int, ...]]:
    config = {row[0]: row[1] for row in PUBLISHED}[name]
    with torch.device("meta"):
        return {key: tuple(value.shape) for key, value in Autoencoder(config).state_dict().items()}


@pytest.mark.parametrize(
    ("config", "encoder", "decoder", "total"),
    [row[1:] for row in PUBLISHED],
    ids=[row[0] for row in PUBLISHED],
)
def test_published_first_stages_have_their_parameters(config, encoder, decoder, total):
    with torch.device("meta"):
        autoencoder = Autoencoder(config)
    assert (millions(autoencoder.encoder), millions(autoencoder.decoder), millions(autoencoder)) == (
        encoder,
        decoder,
        total,
    )


def test_keys_and_shapes_are_those_of_compvis_checkpoints():
    shapes = shapes_of("kl-f8")
    assert shapes["encoder.conv_in.weight"] == (128, 3, 3, 3)
    assert shapes["encoder.down.1.block.0.nin_shortcut.weight"] == (256, 128, 1, 1)
    assert shapes["encoder.down.2.downsample.conv.weight"] == (512, 512, 3, 3)
    assert shapes["encoder.mid.attn_1.q.weight"] == (512, 512, 1, 1)
    assert shapes["encoder.conv_out.weight"] == (8, 512, 3, 3)
    assert shapes["quant_conv.weight"] == (8, 8, 1, 1)
    assert shapes["post_quant_conv.weight"] == (4, 4, 1, 1)
    # Levels of the decoder are counted from the output side, and have one block more.
    assert shapes["decoder.up.0.block.0.conv1.weight"] == (128, 256, 3, 3)
    assert "decoder.up.0.block.2.norm1.weight" in shapes
    assert "decoder.up.0.upsample.conv.weight" not in shapes
    assert shapes["decoder.up.3.upsample.conv.weight"] == (512, 512, 3, 3)
    assert shapes["decoder.norm_out.weight"] == (128,)


def test_vq_checkpoints_have_the_codebook_key():
    shapes = shapes_of("vq-f4")
    assert shapes["quantize.embedding.weight"] == (8192, 3)
    assert shapes["quant_conv.weight"] == (3, 3, 1, 1)


def test_the_kl_autoencoder_equals_diffusers():
    config = AutoencoderConfig(128, (1, 1), num_res_blocks=1, z_channels=4, embed_dim=4)
    ours = randomized(Autoencoder(config), std=0.05)
    peer = AutoencoderKL(
        block_out_channels=(128, 128),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        layers_per_block=1,
        latent_channels=4,
        sample_size=16,
    ).eval()
    peer.load_state_dict(diffusers_autoencoder_state(ours))
    with torch.no_grad():
        theirs = peer.encode(IMAGES).latent_dist
        posterior = ours.posterior(IMAGES)
        torch.testing.assert_close(posterior.mean, theirs.mean, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(posterior.logvar, theirs.logvar, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(
            ours.decode(posterior.mean), peer.decode(theirs.mean).sample, atol=1e-4, rtol=1e-4
        )


def test_the_vq_autoencoder_equals_diffusers():
    config = AutoencoderConfig(
        128, (1, 1), 1, z_channels=4, embed_dim=3, regularization="vq", codebook_size=32
    )
    ours = randomized(Autoencoder(config), std=0.05)
    with torch.no_grad():  # a codebook of which the images need several entries
        ours.quantize.embedding.weight.copy_(ours.encode(IMAGES).movedim(1, -1).reshape(-1, 3)[::4])
    peer = VQModel(
        block_out_channels=(128, 128),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        layers_per_block=1,
        latent_channels=4,
        num_vq_embeddings=32,
        vq_embed_dim=3,
        sample_size=16,
    ).eval()
    peer.load_state_dict(diffusers_autoencoder_state(ours))
    with torch.no_grad():
        latent = ours.encode(IMAGES)
        torch.testing.assert_close(latent, peer.encode(IMAGES).latents, atol=1e-4, rtol=1e-4)
        assert len(ours.quantize(latent).indices.unique()) > 1
        torch.testing.assert_close(ours.decode(latent), peer.decode(latent).sample, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("regularization", ["kl", "vq"])
@pytest.mark.parametrize(
    ("ch_mult", "patch", "factor"), [((1,), 1, 1), ((1, 2), 1, 2), ((1,), 4, 4), ((1, 1), 2, 4)]
)
def test_latents_are_smaller_by_the_factor(regularization, ch_mult, patch, factor):
    autoencoder = tiny_autoencoder(regularization=regularization, ch_mult=ch_mult, patch=patch, embed_dim=3)
    assert autoencoder.config.factor == factor
    with torch.no_grad():
        z = autoencoder.encode(IMAGES)
        assert z.shape == (2, 3, 16 // factor, 16 // factor)
        assert autoencoder.decode(z).shape == IMAGES.shape


def test_a_patch_of_pixels_is_folded_into_the_channels_of_one_cell():
    encoder = tiny_autoencoder(ch_mult=(1,), patch=4).encoder
    seen = []
    encoder.conv_in.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        encoder(IMAGES)
    cell = seen[0][0, :, 2, 1].view(3, 4, 4)
    assert torch.equal(cell, IMAGES[0, :, 8:12, 4:8])


def test_scaled_latents_have_unit_variance_and_decode_to_the_same_image():
    autoencoder = tiny_autoencoder()
    with torch.no_grad():
        unscaled = autoencoder.encode(IMAGES)
        before = autoencoder.decode(unscaled)
        autoencoder.set_latent_scale(unscaled)
        z = autoencoder.encode(IMAGES)
        assert not torch.allclose(z, unscaled)
        torch.testing.assert_close(z.mean((0, 2, 3)), torch.zeros(4), atol=1e-5, rtol=0)
        torch.testing.assert_close(z.std((0, 2, 3)), torch.ones(4), atol=1e-4, rtol=0)
        torch.testing.assert_close(autoencoder.decode(z), before, atol=1e-5, rtol=1e-5)


def test_a_vq_latent_is_quantized_when_decoded_and_not_before():
    autoencoder = tiny_autoencoder(regularization="vq")
    with torch.no_grad():
        z = autoencoder.encode(IMAGES)
        quantized = autoencoder.quantize(z).latent
        assert not torch.allclose(z, quantized)
        torch.testing.assert_close(autoencoder.decode(z), autoencoder.decode_unscaled(quantized))


def test_without_a_generator_the_mean_is_taken_and_with_one_a_sample():
    autoencoder = tiny_autoencoder()
    with torch.no_grad():
        posterior = autoencoder.posterior(IMAGES)
        torch.testing.assert_close(autoencoder.encode(IMAGES), posterior.mean)
        samples = [autoencoder.encode(IMAGES, torch.Generator().manual_seed(seed)) for seed in (5, 5, 6)]
    assert torch.equal(samples[0], samples[1])
    assert not torch.equal(samples[0], samples[2])
    noise = torch.randn(posterior.mean.shape, generator=torch.Generator().manual_seed(5))
    torch.testing.assert_close(samples[0], posterior.mean + torch.exp(0.5 * posterior.logvar) * noise)


def test_a_fresh_posterior_is_narrow():
    torch.manual_seed(0)
    autoencoder = Autoencoder(AutoencoderConfig(32, (1, 2), 1, 4, 4, mid_attention=False))
    with torch.no_grad():
        assert autoencoder.posterior(IMAGES).logvar.mean().item() == pytest.approx(-6, abs=1)
