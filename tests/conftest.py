"""Settings of every test: hypothesis judges behaviour, not the speed of the machine it happens to run on."""

from hypothesis import settings

settings.register_profile("latentgraph", max_examples=50, deadline=None)
settings.load_profile("latentgraph")
