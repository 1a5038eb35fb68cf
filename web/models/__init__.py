"""The forms of everything that travels over HTTP, as pydantic models: server and client share them."""
