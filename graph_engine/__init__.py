"""A typed node-graph engine: documents, typed nodes, compiler, cache, execution."""

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
from graph_engine.fields import Bool, FilePath, Float, Int, Multiline, Seed
from graph_engine.node import NodeType, node, node_type_of
from graph_engine.pack import Pack, PackFault
from graph_engine.run import Run
from graph_engine.value_type import Codec, ValueType

__all__ = [
    "Artifact",
    "Bool",
    "BytesCodec",
    "Cancellation",
    "Cancelled",
    "Codec",
    "DocumentError",
    "EngineError",
    "FileMissing",
    "FilePath",
    "Float",
    "Int",
    "JsonCodec",
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
    "Run",
    "Seed",
    "UnknownInput",
    "UnknownValueType",
    "UploadTooLarge",
    "ValueType",
    "node",
    "node_type_of",
]
