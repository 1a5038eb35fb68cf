"""Calling a node function, whatever its shape, and taking its results apart by name."""

from __future__ import annotations

import inspect
from collections.abc import Generator, Mapping
from typing import Any

from graph_engine.declaration.lazy import Lazy
from graph_engine.declaration.node import NodeType
from graph_engine.declaration.run import Run
from graph_engine.declaration.sockets import NodeInput
from graph_engine.declaration.subgraph import Subgraph
from graph_engine.declaration.type_hints import conforms, type_name
from graph_engine.describe import describe
from graph_engine.errors import InputRefused, NodeReturnedWrongType
from graph_engine.execution.compile import Given, Task
from graph_engine.execution.contained import contained
from graph_engine.execution.coroutines import run_coroutine, run_coroutine_alone
from graph_engine.flow.pack import ITEMS

GRAPH = "graph"  # what a returned graph is called among a node's results


def invoke(declared: NodeType, arguments: Mapping[str, Any], run: Run) -> Any:
    """Call a node's function: plain, `async def`, or a generator that yields progress or previews."""
    given = {**arguments, "run": run} if declared.takes_run else arguments
    with contained():
        result = declared.function(**given)
        if inspect.iscoroutine(result):
            # One that asks for a lazy input holds its event loop up, which what gives that may need.
            return (run_coroutine_alone if declared.lazy else run_coroutine)(result, run.check_cancelled)
        if inspect.isgenerator(result):
            return _exhaust(result, run)
        return result


def accept_inputs(task: Task, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Check values that came by links against their inputs. Raises `InputRefused`."""
    return {
        name: value
        if isinstance(value, Lazy) or isinstance(task.inputs[name], Given)
        else accept(task.declared.inputs[name], value)
        for name, value in arguments.items()
    }


def accept(wanted: NodeInput, value: Any) -> Any:
    """Check one value that came by a link. Raises `InputRefused`."""
    try:
        return wanted.accept(value)
    except ValueError as error:
        reason = error.errors()[0]["msg"] if hasattr(error, "errors") else str(error)
        raise InputRefused(f"input '{wanted.name}' got {describe(value)}: {reason}.") from error


def outputs_by_name(task: Task, returned: Any) -> dict[str, Any]:
    """The values of a node's outputs. Raises `NodeReturnedWrongType`."""
    outputs = task.declared.outputs
    if task.type_name == ITEMS:
        return {"count": len(returned), **{str(index): one for index, one in enumerate(returned)}}
    if task.declared.expands:
        if not isinstance(returned, Subgraph):
            raise NodeReturnedWrongType(f"it returned {describe(returned)}, but declares a graph: Subgraph.")
        return {GRAPH: returned}
    if not outputs:
        values: tuple[Any, ...] = ()
        if returned is not None:
            raise NodeReturnedWrongType(f"it returned {describe(returned)}, but declares no output.")
    elif len(outputs) == 1 and not (isinstance(returned, tuple) and hasattr(returned, "_fields")):
        values = (returned,)
    elif isinstance(returned, tuple) and len(returned) == len(outputs):
        values = tuple(returned)
    else:
        names = ", ".join(outputs)
        raise NodeReturnedWrongType(f"it returned {describe(returned)}, but declares the outputs {names}.")
    for output, value in zip(outputs.values(), values, strict=True):
        if not conforms(value, output.annotation):
            wanted = type_name(output.annotation)
            raise NodeReturnedWrongType(
                f"its output '{output.name}' is {describe(value)}, but is declared as {wanted}."
            )
    return dict(zip(outputs, values, strict=True))


def _exhaust(steps: Generator[Any, Any, Any], run: Run) -> Any:
    try:
        while True:
            step = next(steps)
            if isinstance(step, bytes):
                run.preview(step)
                run.check_cancelled()
            elif isinstance(step, tuple):
                run.progress(*step)
            elif isinstance(step, float):
                run.progress(step, 1.0)
            else:
                run.progress(int(step), 0)
    except StopIteration as stop:
        return stop.value
    finally:
        steps.close()
