"""Sockets: the named inputs and outputs of a node type, read from type_hints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

from pydantic import PydanticSchemaGenerationError, PydanticUserError, TypeAdapter
from pydantic.fields import FieldInfo

from graph_engine.declaration import type_hints
from graph_engine.declaration.fields import (
    SEED_RANGE,
    Bool,
    Choices,
    Control,
    DefinitionName,
    FilePath,
    Fixed,
    Float,
    Int,
    Measured,
    Multiline,
    Seed,
)
from graph_engine.declaration.type_hints import NONE, UNIONS, conforms
from graph_engine.declaration.value_type import snake_case

MISSING: Final = object()
_SCALARS = (bool, int, float, str)
_SHARED_NUMBERS: dict[Any, Any] = {int: Int, float: Float, bool: Bool}


@dataclass(frozen=True)
class NodeInput:
    """A named argument of a node type: a literal, or a link to another node's output."""

    name: str
    annotation: Any
    default: Any = MISSING
    lazy: bool = False  # it is computed only when the node asks for it

    @property
    def required(self) -> bool:
        """Whether a document must give this input."""
        return self.default is MISSING

    @cached_property
    def item(self) -> Any | None:
        """`T` of a `list[T]` input, which takes many links; None for any other input."""
        return type_hints.list_item(self.annotation)

    @cached_property
    def marks(self) -> tuple[Any, ...]:
        """Everything written inside `Annotated[...]`, also inside unions."""
        return tuple(_marks(self.annotation))

    @property
    def title(self) -> str:
        """Its name in words: the `Field(title=)`, or what the name says."""
        return _said(self.marks, "title") or words(self.name)

    @property
    def help(self) -> str:
        """The `Field(description=)`, or nothing."""
        return _said(self.marks, "description")

    @cached_property
    def seen(self) -> dict[Any, Any]:
        """What was made of short literals before, for whoever validates them."""
        return {}

    @cached_property
    def fixed(self) -> bool:
        """Whether the document must write it out, so that no link can give it."""
        return any(isinstance(mark, Fixed) for mark in self.marks)

    @cached_property
    def file(self) -> FilePath | None:
        """The `FilePath` mark, if this input names a file."""
        return next((mark for mark in self.marks if isinstance(mark, FilePath)), None)

    @cached_property
    def choices(self) -> Choices | None:
        """The `Choices` mark of the input or its items, if there is one."""
        return next((mark for mark in (*self.marks, *self.item_marks) if isinstance(mark, Choices)), None)

    @cached_property
    def measured(self) -> Measured | None:
        """The `Measured` mark, if there is one."""
        return next((mark for mark in self.marks if isinstance(mark, Measured)), None)

    @cached_property
    def item_marks(self) -> tuple[Any, ...]:
        """`marks` of one item of a list input."""
        return () if self.item is None else tuple(_marks(self.item))

    @cached_property
    def names_files(self) -> bool:
        """Whether it names a file, or is a list of such names."""
        return any(isinstance(mark, FilePath) for mark in (*self.marks, *self.item_marks))

    @cached_property
    def adapter(self) -> TypeAdapter[Any] | None:
        """Validates literals; None where only a link is possible."""
        return _adapter(self.annotation)

    @cached_property
    def item_adapter(self) -> TypeAdapter[Any] | None:
        """Validates one literal item of a list input."""
        return None if self.item is None else _adapter(self.item)

    @cached_property
    def schema(self) -> dict[str, Any] | None:
        """JSON Schema of the literals; None where only a link is possible."""
        if self.adapter is None:
            return None
        schema = self.adapter.json_schema(mode="validation")
        if any(isinstance(mark, Seed) for mark in self.marks):
            schema["format"] = "seed"
        if any(isinstance(mark, Multiline) for mark in self.marks):
            schema["format"] = "multiline"
        if any(isinstance(mark, DefinitionName) for mark in self.marks):
            schema["format"] = "definition"
        if self.file:
            schema |= {"format": "file-path", "fileKind": self.file.kind}
        if self.choices:
            schema["x-choices"] = True
        if self.measured:
            schema["x-measured"] = True
        for control in [mark for mark in self.marks if isinstance(mark, Control)][:1]:
            schema["x-control"] = control.name
        return schema

    @property
    def takes_text(self) -> bool:
        """Whether a literal string is a value of this input."""
        schema = self.schema or {}
        branches = [schema, *schema.get("anyOf", [])]
        definitions = schema.get("$defs", {})
        branches += [definitions.get(str(one.get("$ref", "")).rpartition("/")[2], {}) for one in branches]
        return any(
            branch.get("type") == "string"
            or isinstance(branch.get("const"), str)
            or any(isinstance(choice, str) for choice in branch.get("enum", []))
            for branch in branches
        )

    def literal(self, value: Any) -> tuple[Any, Any]:
        """Validate a literal: (the Python value, its canonical plain form). Raises ValueError."""
        return _literal(self.adapter, value)

    @cached_property
    def default_literal(self) -> tuple[Any, Any]:
        """The default as `literal` gives it."""
        return self.literal(self.default)

    def literal_item(self, value: Any) -> tuple[Any, Any]:
        """`literal` for one item of a list input."""
        return _literal(self.item_adapter, value)

    def accept(self, value: Any) -> Any:
        """Check a value that arrives by a link; scalars obey the ranges of literals. Raises ValueError."""
        if type(value) is self.annotation:  # nothing more is asked than this very class
            return value
        if self.item is not None and not isinstance(value, list) and conforms(value, self.item):
            value = [value]
        if not conforms(value, self.annotation):
            wanted = type_hints.type_name(self.annotation)
            raise ValueError(f"{wanted} is wanted, not {type(value).__name__}")
        if isinstance(value, _SCALARS) and self.adapter is not None:
            return self.adapter.validate_python(value)
        return value


@dataclass(frozen=True)
class NodeOutput:
    """A named result of a node type."""

    name: str
    annotation: Any

    @property
    def title(self) -> str:
        """Its name in words: the `Field(title=)`, or what the name says."""
        return _said(_marks(self.annotation), "title") or words(self.name)

    @property
    def help(self) -> str:
        """The `Field(description=)`, or nothing."""
        return _said(_marks(self.annotation), "description")


def words(name: str) -> str:
    """A name in snake_case as a person writes it: `class_index` -> `Class index`."""
    spaced = name.replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]


def _said(marks: Iterable[Any], what: str) -> str:
    """A text that a `Field(...)` among the marks has."""
    fields = (mark for mark in marks if isinstance(mark, FieldInfo))
    return next((str(text) for one in fields if (text := getattr(one, what))), "")


def _literal(adapter: TypeAdapter[Any] | None, value: Any) -> tuple[Any, Any]:
    if adapter is None:
        raise ValueError("only a link can be given here")
    checked = adapter.validate_python(value)
    return checked, adapter.dump_python(checked, mode="json")


def _adapter(annotation: Any) -> TypeAdapter[Any] | None:
    literal = _literal_annotation(annotation)
    return None if literal is None else TypeAdapter(literal)


def _literal_annotation(annotation: Any) -> Any | None:
    """The part of an annotation that JSON can say, with the shared number semantics; None if none."""
    if annotation is None or annotation is NONE:
        return NONE
    if annotation in _SHARED_NUMBERS:
        return _SHARED_NUMBERS[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        base, *marks = arguments
        marks += [SEED_RANGE] if any(isinstance(mark, Seed) for mark in marks) else []
        if base in _SHARED_NUMBERS:  # ranges stand next to the type, so that the schema says them
            plain, *shared = get_args(_SHARED_NUMBERS[base])
            return Annotated[plain, *marks, *shared]
        inner = _literal_annotation(base)
        return None if inner is None else Annotated[inner, *marks]
    if origin in UNIONS:
        said = [inner for inner in map(_literal_annotation, arguments) if inner is not None]
        return Union[tuple(said)] if said else None  # noqa: UP007
    if origin in (list, tuple, dict):
        inner = [item if item is Ellipsis else _literal_annotation(item) for item in arguments]
        return None if None in inner else origin[tuple(inner)]
    return annotation if _said_in_json(annotation) else None


def _said_in_json(annotation: Any) -> bool:
    try:
        TypeAdapter(annotation).json_schema()
    except (PydanticSchemaGenerationError, PydanticUserError):
        return False
    return True


def _marks(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        yield from marks
        yield from _marks(inner)
    elif get_origin(annotation) in UNIONS:
        for member in get_args(annotation):
            yield from _marks(member)


def outputs_of(returned: Any) -> tuple[NodeOutput, ...]:
    """The outputs a return annotation declares: none, one named after its class, or a NamedTuple's fields."""
    annotation = type_hints.plain(returned)
    if annotation is NONE:
        return ()
    if type_hints.is_named_tuple(annotation):
        return tuple(NodeOutput(name, hint) for name, hint in type_hints.hints_of(annotation).items())
    return (NodeOutput(_output_name(annotation), annotation),)


def _output_name(annotation: Any) -> str:
    leaves = [leaf for leaf in type_hints.members(annotation) if leaf is not NONE]
    leaf = leaves[0] if leaves else NONE
    item = type_hints.list_item(leaf)
    if item is not None and item is not Any:
        return f"{_output_name(item)}s"
    if isinstance(leaf, TypeVar) or leaf is Any:
        return "value"
    origin = get_origin(leaf)
    if origin is Literal:
        return "text"
    words = {str: "text", int: "integer", float: "number", bool: "boolean", bytes: "data"}
    return words.get(leaf) or snake_case(getattr(origin or leaf, "__name__", "value"))
