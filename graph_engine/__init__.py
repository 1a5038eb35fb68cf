"""A typed node-graph engine: documents, typed nodes, compiler, cache, execution."""

from typing import TYPE_CHECKING, Any

from graph_engine.artifact import Artifact
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.codecs import BytesCodec, JsonCodec
from graph_engine.declaration.fields import (
    Bool,
    Choice,
    Choices,
    Control,
    FilePath,
    Float,
    Int,
    Measure,
    Measured,
    ModelName,
    Multiline,
    Seed,
)
from graph_engine.declaration.lazy import Lazy
from graph_engine.declaration.migration import Migration
from graph_engine.declaration.node import NodeType, node, node_type_of
from graph_engine.declaration.node_use import NodeUse
from graph_engine.declaration.pack import Pack, PackFault
from graph_engine.declaration.run import Run
from graph_engine.declaration.subgraph import Subgraph
from graph_engine.declaration.value_type import Codec, ValueType
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

if TYPE_CHECKING:
    from graph_engine.builder import Workflow
    from graph_engine.checking.checker import check
    from graph_engine.documents.document import Document
    from graph_engine.documents.document_io import load_document
    from graph_engine.documents.interface import set_inputs
    from graph_engine.engine import Engine, run_document
    from graph_engine.execution.compile import compile_document
    from graph_engine.execution.plan import Plan
    from graph_engine.execution.result import RunResult
    from graph_engine.packs.catalogue import Catalogue
    from graph_engine.problem import Problem
    from graph_engine.settings import Settings

_ON_FIRST_USE = {
    "Catalogue": "packs.catalogue",
    "Document": "documents.document",
    "Engine": "engine",
    "Plan": "execution.plan",
    "Problem": "problem",
    "RunResult": "execution.result",
    "Settings": "settings",
    "Workflow": "builder",
    "check": "checking.checker",
    "compile_document": "execution.compile",
    "load_document": "documents.document_io",
    "run_document": "engine",
    "set_inputs": "documents.interface",
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
    "Choice",
    "Choices",
    "Codec",
    "Control",
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
    "Measure",
    "Measured",
    "Migration",
    "ModelName",
    "Multiline",
    "NodeDeclarationError",
    "NodeFailed",
    "NodeMutatedInput",
    "NodeReturnedWrongType",
    "NodeType",
    "NodeUse",
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
