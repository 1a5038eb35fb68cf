"""The built-in nodes, one file a stage: the pack `core`. No torch is imported before a node computes."""

from graph_engine import Pack
from nodes.codecs import VALUE_TYPES
from nodes.png_metadata import png_with_workflow, run_in_png, workflow_in_png

VERSION = "0.1.1"  # part of every node's cache key: raise it when what the nodes call computes otherwise

pack = Pack.from_package(
    "core",
    VERSION,
    __name__,
    values=VALUE_TYPES,
    importers={".png": workflow_in_png},
    exporters={"image/png": png_with_workflow},
    about_importers={".png": run_in_png},
)
