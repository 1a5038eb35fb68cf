"""The HTTP API: aiohttp routes over `web.service`, described by the models in `web.models`."""
