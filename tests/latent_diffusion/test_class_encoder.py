import torch

from latent_diffusion.class_encoder import ClassEncoder


def test_a_class_is_one_token():
    encoder = ClassEncoder(classes=5, width=8)
    tokens = encoder(torch.tensor([3, 0]))
    assert tokens.shape == (2, 1, 8)
    assert torch.equal(tokens[0, 0], encoder.embedding.weight[3])


def test_no_class_is_one_more_than_the_classes():
    encoder = ClassEncoder(classes=1000, width=4)
    assert encoder.no_class == 1000
    assert {key: tuple(value.shape) for key, value in encoder.state_dict().items()} == {
        "embedding.weight": (1001, 4)
    }
