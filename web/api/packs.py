"""The packs here, and what they say in other languages."""

from __future__ import annotations

from graph_engine.digest import digest_content
from graph_engine.packs.listing import PackListing, installed_packs, languages_of, texts_in
from web.api.conditions import IF_NONE_MATCH
from web.api.files import is_known
from web.api.problems import Refused
from web.api.routing import Call, Reply, Routes
from web.models.system import TextsView
from web.service.service import Service

routes = Routes("packs")


async def packs_here(service: Service) -> list[PackListing]:
    """The packs here, of which only those that changed are imported."""
    file = service.data / "catalogue.json"
    return await service.call(installed_packs, file, service.settings.plugin_folders)


@routes.add(
    "GET",
    "/api/v1/nodes/texts/{language}",
    scope="view",
    answers={200: TextsView, 304: None},
    headers={IF_NONE_MATCH: "The tag of the texts that the client has."},
)
async def read_texts(call: Call) -> Reply:
    """Read what the node types, the value types and the categories here are called in a language.

    What a pack does not say is missing, and is shown as `/api/v1/nodes` has it.
    """
    language, packs = call.parts["language"], await packs_here(call.service)
    texts = texts_in(packs, language)
    if texts is None:
        there = ", ".join(f"'{one}'" for one in languages_of(packs)) or "none"
        raise Refused(404, "unknown_language", f"No pack here has texts in '{language}'. There are: {there}.")
    view = TextsView(language=language, **texts)
    tag = digest_content(view.model_dump_json().encode())[:32]
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    return Reply(status=304, headers=headers) if is_known(call.request, tag) else Reply(view, headers=headers)
