import math

import pytest
import torch
from diffusers import UNet2DConditionModel, UNet2DModel

from latent_diffusion.modules.transformer import SpatialTransformer, position_grid
from latent_diffusion.unet import UNet, UNetConfig, timestep_embedding
from tests.resources.compvis_keys import diffusers_unet_state
from tests.resources.tiny_models import WIDTH, randomized, tiny_unet

X = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(0))
T = torch.tensor([17.0, 803.0])
CONTEXT = torch.randn(2, 5, WIDTH, generator=torch.Generator().manual_seed(1))

# in, out, channels, multipliers, residual blocks, attention at, heads, channels of a head, depth, context
PUBLISHED = [
    ("celeba256", UNetConfig(3, 3, 224, (1, 2, 3, 4), 2, (8, 4, 2), 0, 32, 1, None), 274.06),
    (
        "lsun_churches256",
        UNetConfig(
            4,
            4,
            192,
            (1, 2, 2, 4, 4),
            2,
            (1, 2, 4, 8),
            8,
            0,
            1,
            None,
            scale_shift_norm=True,
            resblock_updown=True,
        ),
        294.97,
    ),
    ("cin256", UNetConfig(4, 4, 256, (1, 2, 4), 2, (4, 2, 1), 0, 32, 1, 512), 394.98),
    ("cin256-v2", UNetConfig(3, 3, 192, (1, 2, 3, 5), 2, (8, 4, 2), 1, 0, 1, 512), 400.92),
    ("text2img256", UNetConfig(3, 3, 192, (1, 2, 3, 5), 2, (8, 4, 2), 0, 32, 1, 640), 403.62),
    ("text2img-large", UNetConfig(4, 4, 320, (1, 2, 4, 4), 2, (4, 2, 1), 8, 0, 1, 1280), 872.30),
    ("layout2img", UNetConfig(3, 3, 128, (1, 2, 3, 4), 2, (8, 4, 2), 0, 32, 3, 512), 246.28),
    ("bsr_sr", UNetConfig(6, 3, 160, (1, 2, 2, 4), 2, (16, 8), 0, 32, 1, None), 113.62),
    (
        "inpainting_big",
        UNetConfig(7, 3, 256, (1, 2, 3, 4), 2, (8, 4, 2), 8, 0, 1, None, resblock_updown=True),
        387.25,
    ),
    ("semantic_synthesis256", UNetConfig(6, 3, 128, (1, 4, 8), 2, (32, 16, 8), 8, 0, 1, None), 215.23),
    ("retrieval-augmented", UNetConfig(16, 16, 448, (1, 2, 3, 4), 2, (4, 2, 1), 0, 32, 1, 768), 1335.48),
    ("stable-diffusion-1", UNetConfig(), 859.52),
    (
        "stable-diffusion-2",
        UNetConfig(heads=0, head_channels=64, context_width=1024, linear_projection=True),
        865.91,
    ),
]


@pytest.mark.parametrize(
    ("config", "expected"), [row[1:] for row in PUBLISHED], ids=[row[0] for row in PUBLISHED]
)
def test_published_denoisers_have_their_parameters(config, expected):
    with torch.device("meta"):
        unet = UNet(config)
    assert round(sum(p.numel() for p in unet.parameters()) / 1e6, 2) == expected


def shapes_of(name: str) -> dict[str, tuple[int, ...]]:
    config = {row[0]: row[1] for row in PUBLISHED}[name]
    with torch.device("meta"):
        return {key: tuple(value.shape) for key, value in UNet(config).state_dict().items()}


def test_keys_and_shapes_are_those_of_compvis_checkpoints():
    shapes = shapes_of("text2img-large")
    assert shapes["time_embed.0.weight"] == (1280, 320)
    assert shapes["input_blocks.0.0.weight"] == (320, 4, 3, 3)
    assert shapes["input_blocks.1.0.emb_layers.1.weight"] == (320, 1280)
    assert shapes["input_blocks.3.0.op.weight"] == (320, 320, 3, 3)
    assert shapes["input_blocks.4.0.skip_connection.weight"] == (640, 320, 1, 1)
    assert shapes["input_blocks.4.1.proj_in.weight"] == (640, 640, 1, 1)
    assert shapes["input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight"] == (640, 1280)
    assert shapes["input_blocks.4.1.transformer_blocks.0.ff.net.0.proj.weight"] == (640 * 8, 640)
    assert shapes["input_blocks.4.1.transformer_blocks.0.ff.net.2.weight"] == (640, 640 * 4)
    assert "input_blocks.10.1.norm.weight" not in shapes  # no attention at a downsampling of 8
    assert shapes["middle_block.1.transformer_blocks.0.attn1.to_out.0.bias"] == (1280,)
    assert shapes["output_blocks.2.1.conv.weight"] == (
        1280,
        1280,
        3,
        3,
    )  # no attention: the upsampling comes second
    assert shapes["output_blocks.5.2.conv.weight"] == (1280, 1280, 3, 3)
    assert shapes["out.2.weight"] == (4, 320, 3, 3)


def test_scale_shift_norm_doubles_the_time_projection_and_resblocks_resample():
    shapes = shapes_of("lsun_churches256")
    assert shapes["input_blocks.1.0.emb_layers.1.weight"] == (384, 768)
    assert shapes["input_blocks.3.0.in_layers.2.weight"] == (192, 192, 3, 3)
    assert shapes["input_blocks.1.1.qkv.weight"] == (576, 192, 1)
    assert shapes["output_blocks.5.2.in_layers.0.weight"] == (768,)


def test_a_vector_conditioning_has_the_keys_of_label_emb():
    unet = tiny_unet(vector_width=6)
    assert {"label_emb.0.0.weight", "label_emb.0.2.bias"} <= set(unet.state_dict())
    y = torch.randn(2, 6, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        assert not torch.allclose(unet(X, T, CONTEXT, y=y), unet(X, T, CONTEXT))


@pytest.mark.parametrize("linear", [False, True])
def test_the_conditional_unet_equals_diffusers(linear):
    ours = tiny_unet(
        num_res_blocks=2,
        attention_downsampling=(1,),
        head_channels=0,
        heads=4,
        transformer_depth=2,
        linear_projection=linear,
    )
    peer = UNet2DConditionModel(
        sample_size=8,
        block_out_channels=(32, 64),
        layers_per_block=2,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        transformer_layers_per_block=2,
        attention_head_dim=4,  # means the number of heads
        cross_attention_dim=WIDTH,
        use_linear_projection=linear,
    ).eval()
    peer.load_state_dict(diffusers_unet_state(ours))
    with torch.no_grad():
        torch.testing.assert_close(
            ours(X, T, CONTEXT), peer(X, T, encoder_hidden_states=CONTEXT).sample, atol=1e-4, rtol=1e-4
        )


@pytest.mark.parametrize(
    ("scale_shift", "updown"),
    [(False, False), (True, True)],
    ids=["strided", "scale-shift and resampling blocks"],
)
def test_the_unconditional_unet_equals_diffusers(scale_shift, updown):
    ours = tiny_unet(
        attention_downsampling=(1, 2),
        head_channels=8,
        context_width=None,
        scale_shift_norm=scale_shift,
        resblock_updown=updown,
    )
    resample = "resnet" if updown else "conv"
    peer = UNet2DModel(
        sample_size=8,
        in_channels=4,
        out_channels=4,
        block_out_channels=(32, 64),
        layers_per_block=1,
        down_block_types=("AttnDownBlock2D",) * 2,
        up_block_types=("AttnUpBlock2D",) * 2,
        attn_norm_num_groups=32,
        downsample_type=resample,
        upsample_type=resample,
        attention_head_dim=8,
        resnet_time_scale_shift="scale_shift" if scale_shift else "default",
    ).eval()
    peer.load_state_dict(diffusers_unet_state(ours))
    with torch.no_grad():
        torch.testing.assert_close(ours(X, T), peer(X, T).sample, atol=1e-4, rtol=1e-4)


def test_a_fresh_unet_predicts_zero_for_everything():
    torch.manual_seed(0)
    unet = UNet(UNetConfig(4, 4, 32, (1, 2), 1, (2,), head_channels=16, context_width=WIDTH))
    assert torch.equal(unet(X, T, CONTEXT), torch.zeros_like(X))


def test_what_the_mask_hides_changes_nothing():
    unet = tiny_unet()
    mask = torch.tensor([[True] * 3 + [False] * 2, [True] * 5])
    garbage = CONTEXT.clone()
    garbage[0, 3:] = 1e3
    with torch.no_grad():
        masked = unet(X, T, CONTEXT, mask)
        assert torch.equal(masked, unet(X, T, garbage, mask))
        torch.testing.assert_close(masked[:1], unet(X[:1], T[:1], CONTEXT[:1, :3]), atol=1e-5, rtol=1e-5)
        assert not torch.allclose(masked[:1], unet(X[:1], T[:1], CONTEXT[:1]), atol=1e-4)


def test_context_and_time_reach_the_output():
    unet = tiny_unet()
    with torch.no_grad():
        output = unet(X, T, CONTEXT)
        assert not torch.allclose(output, unet(X, T, CONTEXT.flip(0)), atol=1e-4)
        assert not torch.allclose(output, unet(X, T.flip(0), CONTEXT), atol=1e-4)


def test_images_of_a_batch_do_not_see_each_other():
    unet = randomized(tiny_unet())
    with torch.no_grad():
        torch.testing.assert_close(
            unet(X, T, CONTEXT)[1:], unet(X[1:], T[1:], CONTEXT[1:]), atol=1e-5, rtol=1e-5
        )


def test_the_time_embedding_is_cosines_then_sines():
    embedding = timestep_embedding(torch.tensor([0.0, 1.0, 500.5]), 4)
    expected = [
        [1, 1, 0, 0],
        [math.cos(1), math.cos(0.01), math.sin(1), math.sin(0.01)],
        [math.cos(500.5), math.cos(5.005), math.sin(500.5), math.sin(5.005)],
    ]
    torch.testing.assert_close(embedding, torch.tensor(expected), atol=1e-4, rtol=0)


def test_with_positions_attention_tells_places_apart_and_has_the_same_keys():
    plain, placed = tiny_unet(), tiny_unet(attention_positions=True)
    assert plain.state_dict().keys() == placed.state_dict().keys()
    attention = next(m for m in placed.modules() if isinstance(m, SpatialTransformer))
    channels = attention.norm.num_channels
    flat = torch.ones(1, channels, 4, 4) * torch.randn(
        1, channels, 1, 1, generator=torch.Generator().manual_seed(2)
    )
    context = CONTEXT[:1]
    with torch.no_grad():
        seen = attention(flat, context, None)
        attention.positions = False
        blind = attention(flat, context, None)
    assert torch.allclose(blind, blind[..., :1, :1].expand_as(blind), atol=1e-5)
    assert (seen - seen[..., :1, :1]).abs().amax() > 1e-3


def test_the_vectors_of_places_are_unlike_and_keep_their_meaning_at_other_resolutions():
    grid = position_grid(8, 8, 64)
    likeness = torch.nn.functional.normalize(grid, dim=1) @ torch.nn.functional.normalize(grid, dim=1).T
    assert (likeness - 2 * torch.eye(64)).amax() < 0.99
    coarse = position_grid(4, 4, 64).unflatten(0, (4, 4))
    middle = position_grid(12, 12, 64).unflatten(0, (12, 12))[1::3, 1::3]
    torch.testing.assert_close(coarse, middle)
    assert position_grid(2, 3, 30).shape == (6, 30)
