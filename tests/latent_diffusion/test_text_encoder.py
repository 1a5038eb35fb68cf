import pytest
import torch

from latent_diffusion.text_encoder import TextEncoder, TextEncoderConfig
from tests.resources.tiny_models import randomized

TINY = TextEncoderConfig(vocabulary=50, max_tokens=12, width=24, layers=2, heads=2, head_channels=8)
IDS = torch.randint(50, (2, 12), generator=torch.Generator().manual_seed(0))

# The published encoders also own an output layer to the vocabulary, which nothing uses; ours has none.
PUBLISHED = [
    ("text2img-large", TextEncoderConfig(), 582.0),
    ("text2img256", TextEncoderConfig(width=640), 186.2),
    ("layout2img", TextEncoderConfig(8192, 92, 512, 16), 58.9),
]


@pytest.mark.parametrize(
    ("config", "expected"), [row[1:] for row in PUBLISHED], ids=[row[0] for row in PUBLISHED]
)
def test_published_text_encoders_have_their_parameters(config, expected):
    with torch.device("meta"):
        encoder = TextEncoder(config)
    to_logits = config.width * config.vocabulary + config.vocabulary
    assert round((sum(p.numel() for p in encoder.parameters()) + to_logits) / 1e6, 1) == expected


def test_keys_and_shapes_are_those_of_compvis_checkpoints():
    with torch.device("meta"):
        shapes = {
            key: tuple(value.shape) for key, value in TextEncoder(TextEncoderConfig()).state_dict().items()
        }
    assert shapes["transformer.token_emb.weight"] == (30522, 1280)
    assert shapes["transformer.pos_emb.emb.weight"] == (77, 1280)
    assert shapes["transformer.attn_layers.layers.0.0.weight"] == (1280,)
    assert shapes["transformer.attn_layers.layers.0.1.to_q.weight"] == (512, 1280)
    assert "transformer.attn_layers.layers.0.1.to_q.bias" not in shapes
    assert shapes["transformer.attn_layers.layers.0.1.to_out.bias"] == (1280,)
    assert shapes["transformer.attn_layers.layers.63.1.net.0.0.weight"] == (5120, 1280)
    assert shapes["transformer.attn_layers.layers.63.1.net.2.weight"] == (1280, 5120)
    assert shapes["transformer.norm.weight"] == (1280,)


def test_masked_tokens_do_not_reach_the_others():
    encoder = randomized(TextEncoder(TINY))
    mask = (torch.arange(12) < 7).expand(2, 12)
    other = torch.where(mask, IDS, (IDS + 1) % 50)
    with torch.no_grad():
        assert torch.equal(encoder(IDS, mask)[:, :7], encoder(other, mask)[:, :7])
        torch.testing.assert_close(encoder(IDS, mask)[:, :7], encoder(IDS[:, :7]), atol=1e-5, rtol=1e-5)
        assert not torch.allclose(encoder(IDS)[:, :7], encoder(other)[:, :7], atol=1e-3)


def test_the_order_of_tokens_matters():
    encoder = randomized(TextEncoder(TINY))
    with torch.no_grad():
        assert not torch.allclose(encoder(IDS).mean(1), encoder(IDS.flip(1)).mean(1), atol=1e-3)


def test_one_layer_equals_its_formula():
    encoder = randomized(TextEncoder(TextEncoderConfig(50, 12, 24, layers=1, heads=1, head_channels=8)))
    weights = {key.removeprefix("transformer."): value for key, value in encoder.state_dict().items()}

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        centred = x - x.mean(-1, keepdim=True)
        scaled = centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    x = weights["token_emb.weight"][IDS] + weights["pos_emb.emb.weight"]
    layer = "attn_layers.layers.0"
    q, k, v = (norm(x, f"{layer}.0") @ weights[f"{layer}.1.to_{name}.weight"].T for name in "qkv")
    attended = (q @ k.mT / 8**0.5).softmax(-1) @ v
    x = x + attended @ weights[f"{layer}.1.to_out.weight"].T + weights[f"{layer}.1.to_out.bias"]
    layer = "attn_layers.layers.1"
    inner = (
        norm(x, f"{layer}.0") @ weights[f"{layer}.1.net.0.0.weight"].T + weights[f"{layer}.1.net.0.0.bias"]
    )
    inner = inner * 0.5 * (1 + torch.erf(inner / 2**0.5))
    x = x + inner @ weights[f"{layer}.1.net.2.weight"].T + weights[f"{layer}.1.net.2.bias"]
    with torch.no_grad():
        torch.testing.assert_close(encoder(IDS), norm(x, "norm"), atol=1e-5, rtol=1e-5)
