"""A typed node-graph engine: documents, typed nodes, compiler, cache, execution."""

from typing import TYPE_CHECKING, Any

from graph_engine.artifact import Artifact
from graph_engine.cancellation import Cancellation
from graph_engine.codecs import BytesCodec, JsonCodec
from graph_engine.errors import (
    Cancelled,
    DocumentError,
    EngineError,
    FileMissing,
    NodeDeclarationError,
    NodeFailed,
    NodeMutatedInput,
    NodeReturnedWrongType,
    PackError,
    PathEscape,
    UnknownInput,
    UnknownValueType,
    UploadTooLarge,
)
from graph_engine.fields import Bool, FilePath, Float, Int, ModelName, Multiline, Seed
from graph_engine.lazy import Lazy
from graph_engine.migration import Migration
from graph_engine.node import NodeType, node, node_type_of
from graph_engine.pack import Pack, PackFault
from graph_engine.run import Run
from graph_engine.subgraph import Subgraph
from graph_engine.value_type import Codec, ValueType

if TYPE_CHECKING:
    from graph_engine.builder import Workflow
    from graph_engine.catalogue import Catalogue
    from graph_engine.checker import check
    from graph_engine.compile import compile_document
    from graph_engine.document import Document
    from graph_engine.document_io import load_document
    from graph_engine.engine import Engine, run_document
    from graph_engine.interface import set_inputs
    from graph_engine.plan import Plan
    from graph_engine.problem import Problem
    from graph_engine.result import RunResult
    from graph_engine.settings import Settings

_ON_FIRST_USE = {
    "Catalogue": "catalogue",
    "Document": "document",
    "Engine": "engine",
    "Plan": "plan",
    "Problem": "problem",
    "RunResult": "result",
    "Settings": "settings",
    "Workflow": "builder",
    "check": "checker",
    "compile_document": "compile",
    "load_document": "document_io",
    "run_document": "engine",
    "set_inputs": "interface",
}


def __getattr__(name: str) -> Any:
    """What node packs do not need is imported when it is asked for."""
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module 'graph_engine' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(f"graph_engine.{_ON_FIRST_USE[name]}"), name)


__all__ = [
    "Artifact",
    "Bool",
    "BytesCodec",
    "Cancellation",
    "Cancelled",
    "Catalogue",
    "Codec",
    "Document",
    "DocumentError",
    "Engine",
    "EngineError",
    "FileMissing",
    "FilePath",
    "Float",
    "Int",
    "JsonCodec",
    "Lazy",
    "Migration",
    "ModelName",
    "Multiline",
    "NodeDeclarationError",
    "NodeFailed",
    "NodeMutatedInput",
    "NodeReturnedWrongType",
    "NodeType",
    "Pack",
    "PackError",
    "PackFault",
    "PathEscape",
    "Plan",
    "Problem",
    "Run",
    "RunResult",
    "Seed",
    "Settings",
    "Subgraph",
    "UnknownInput",
    "UnknownValueType",
    "UploadTooLarge",
    "ValueType",
    "Workflow",
    "check",
    "compile_document",
    "load_document",
    "node",
    "node_type_of",
    "run_document",
    "set_inputs",
]
