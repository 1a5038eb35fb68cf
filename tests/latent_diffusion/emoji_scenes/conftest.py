import pytest

from latent_diffusion.emoji_scenes.compositor import Compositor, EmojiFontMissing, find_font


@pytest.fixture(scope="session")
def compositor() -> Compositor:
    """A compositor of pictures 64 pixels wide; what needs one is skipped only where there is no font."""
    try:
        find_font()
    except EmojiFontMissing as missing:
        pytest.skip(str(missing))
    return Compositor(size=64)
