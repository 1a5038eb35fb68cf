"""A node is a typed function: the decorator, and the declaration read from the signature."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

from graph_engine.declaration.implementation import implementation_digest
from graph_engine.declaration.lazy import Lazy, lazy_item
from graph_engine.declaration.migration import Migrate, Migrations, migrations_of
from graph_engine.declaration.run import PlainRun, Run
from graph_engine.declaration.sockets import MISSING, NodeInput, NodeOutput, outputs_of
from graph_engine.declaration.subgraph import returned_by_subgraph
from graph_engine.declaration.type_hints import hints_of, plain
from graph_engine.errors import NodeDeclarationError

if TYPE_CHECKING:
    from graph_engine.flow.kind import Flow

Lane = Literal["cpu", "device", "io"]
Kind = Literal["pure", "effect", "volatile", "external"]
F = TypeVar("F", bound=Callable[..., Any])

_ATTRIBUTE = "__node_type__"
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True)
class Limits:
    """What one run of a node may take: seconds until it is stopped (None: any), and tries after a failure."""

    seconds: float | None = None
    retries: int = 0


NO_LIMITS = Limits()


@dataclass(frozen=True)
class NodeType:
    """What a node function declares. `name` is without the pack; sockets are read on first use."""

    function: Callable[..., Any]
    name: str
    title: str
    category: str
    version: int
    lane: Lane
    kind: Kind
    fingerprint: Callable[..., Any] | None
    migrations: Migrations = field(default_factory=dict)
    limits: Limits = NO_LIMITS
    flow: Flow | None = None  # how a node of structure opens its bodies; see graph_engine.flow

    @cached_property
    def inputs(self) -> dict[str, NodeInput]:
        """The inputs by name, in the signature's order."""
        hints = self._hints
        found: dict[str, NodeInput] = {}
        for name, parameter in inspect.signature(self.function).parameters.items():
            if name == "run" and parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                continue
            if parameter.kind not in _NAMED:
                raise self._wrong(f"'{name}' is not a plain named parameter")
            if name not in hints:
                raise self._wrong(f"the parameter '{name}' has no annotation")
            default = MISSING if parameter.default is inspect.Parameter.empty else parameter.default
            found[name] = self._input(_declared(name, hints[name], default))
        return found

    @cached_property
    def lazy(self) -> bool:
        """Whether it has inputs that are computed only when it asks for them."""
        return any(one.lazy for one in self.inputs.values())

    @cached_property
    def expands(self) -> bool:
        """Whether it returns a graph to run in its place."""
        return returned_by_subgraph(self._returned) is not None

    @cached_property
    def outputs(self) -> dict[str, NodeOutput]:
        """The outputs by name, in order."""
        inner = returned_by_subgraph(self._returned)
        return {output.name: output for output in outputs_of(self._returned if inner is None else inner)}

    @cached_property
    def _returned(self) -> Any:
        returned = self._hints.get("return", MISSING)
        if returned is MISSING:
            raise self._wrong("the return annotation is missing")
        origin = get_origin(plain(returned))
        if origin in (AsyncGenerator, AsyncIterator) or inspect.isasyncgenfunction(self.function):
            raise self._wrong("an async generator can not return a value; use `async def` with run.progress")
        if origin is Generator:
            return get_args(plain(returned))[2]
        if origin is Iterator or (inspect.isgeneratorfunction(self.function) and origin is None):
            raise self._wrong("a generator is annotated Generator[what it yields, None, what it returns]")
        return returned

    @cached_property
    def implementation(self) -> str:
        """The digest of the function's code."""
        return implementation_digest(self.function)

    @cached_property
    def help(self) -> str:
        """The docstring."""
        return inspect.getdoc(self.function) or ""

    @cached_property
    def takes_run(self) -> bool:
        """Whether the function wants the keyword `run`."""
        return _takes_run(self.function)

    @cached_property
    def _hints(self) -> dict[str, Any]:
        try:
            return hints_of(self.function)
        except (NameError, AttributeError, TypeError) as error:
            raise self._wrong(f"an annotation can not be read ({error})") from error

    def _input(self, declared: NodeInput) -> NodeInput:
        if not declared.required:
            if declared.adapter is None:
                raise self._wrong(f"'{declared.name}' takes links only and can have no default but None")
            try:
                _ = declared.default_literal
            except ValueError as error:
                what = f"the default of '{declared.name}' is not one of its values ({error})"
                raise self._wrong(what) from error
        return declared

    def _wrong(self, what: str) -> NodeDeclarationError:
        return NodeDeclarationError(f"Node function {self.function.__module__}.{self.name}: {what}.")


def node(
    *,
    name: str = "",
    title: str = "",
    category: str = "",
    version: int = 1,
    lane: Lane = "cpu",
    kind: Kind = "pure",
    fingerprint: Callable[..., Any] | None = None,
    migrate: Migrate | None = None,
    seconds: float | None = None,
    retries: int = 0,
    flow: Flow | None = None,
) -> Callable[[F], F]:
    """Declare a function as a node type; gives back the same function, callable as plain Python.

    `fingerprint` belongs to kind "external": it takes the inputs it names (and `run`) and returns what the
    outside world looks like now, as text, number or bytes. `migrate` brings uses of earlier versions to this
    one: a function from old inputs to new or a `Migration`, from the version before, or several by the
    version that each begins at. `name` is for what Python can not call a function. `seconds` is how long it
    may run until it is stopped, `retries` how often it is tried again after a failure; a document may say
    otherwise for one node. `flow` is for the engine's own nodes of structure.
    """
    given_name = name

    def declare(function: F) -> F:
        name = given_name or function.__name__
        if lane not in get_args(Lane) or kind not in get_args(Kind):
            raise NodeDeclarationError(f"Node '{name}': lane '{lane}' or kind '{kind}' does not exist.")
        if (kind == "external") != (fingerprint is not None):
            raise NodeDeclarationError(f"Node '{name}': kind 'external' and a fingerprint go together.")
        if (seconds is not None and not seconds > 0) or retries < 0:
            raise NodeDeclarationError(f"Node '{name}': its limits are seconds above 0 and retries from 0.")
        if version < 1:
            raise NodeDeclarationError(f"Node '{name}': versions count from 1.")
        try:
            migrations = migrations_of(migrate, version)
        except ValueError as error:
            raise NodeDeclarationError(f"Node '{name}': {error}.") from error
        shown = title or name.replace("_", " ").capitalize()
        declaration = NodeType(function, name, shown, category, version, lane, kind, fingerprint, migrations)
        declaration = replace(declaration, limits=Limits(seconds, retries), flow=flow)
        setattr(function, _ATTRIBUTE, declaration)
        if _takes_run(function):
            defaults = function.__kwdefaults__ or {}
            function.__kwdefaults__ = {"run": PlainRun(), **defaults}
        return function

    return declare


def node_type_of(function: Callable[..., Any]) -> NodeType:
    """The declaration of a node function. Raises `NodeDeclarationError` for any other function."""
    declaration = getattr(function, _ATTRIBUTE, None)
    if not isinstance(declaration, NodeType):
        name = getattr(function, "__name__", repr(function))
        raise NodeDeclarationError(f"'{name}' is not a node: it has no @node decorator.")
    return declaration


def is_node(thing: Any) -> bool:
    """Whether `thing` is a function with a node declaration."""
    return inspect.isfunction(thing) and isinstance(getattr(thing, _ATTRIBUTE, None), NodeType)


def _declared(name: str, annotation: Any, default: Any) -> NodeInput:
    item = lazy_item(annotation)
    if item is None:
        return NodeInput(name, annotation, default)
    return NodeInput(name, item, default.get() if isinstance(default, Lazy) else default, lazy=True)


def _takes_run(function: Callable[..., Any]) -> bool:
    parameter = inspect.signature(function).parameters.get("run")
    return parameter is not None and parameter.kind is inspect.Parameter.KEYWORD_ONLY


__all__ = ["Kind", "Lane", "Limits", "NodeType", "Run", "is_node", "node", "node_type_of"]
