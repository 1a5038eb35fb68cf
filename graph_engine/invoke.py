"""Calling a node function, whatever its shape, and taking its results apart by name."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from graph_engine.compile import Task
from graph_engine.contained import contained
from graph_engine.describe import describe
from graph_engine.errors import InputRefused, NodeReturnedWrongType
from graph_engine.node import NodeType
from graph_engine.run import Run
from graph_engine.type_hints import conforms, type_name


def invoke(declared: NodeType, arguments: Mapping[str, Any], run: Run) -> Any:
    """Call a node's function: plain, `async def`, or a generator that yields progress or previews."""
    given = {**arguments, "run": run} if declared.takes_run else arguments
    with contained():
        result = declared.function(**given)
        if inspect.isawaitable(result):
            return _run_coroutine(result)
        if inspect.isgenerator(result):
            return _exhaust(result, run)
        return result


def accept_inputs(task: Task, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Check values that came by links against their inputs. Raises `InputRefused`."""
    accepted: dict[str, Any] = {}
    linked = {name for name, source in task.inputs.items() if not hasattr(source, "canonical")}
    for name, value in arguments.items():
        if name not in linked:
            accepted[name] = value
            continue
        try:
            accepted[name] = task.declared.inputs[name].accept(value)
        except ValueError as error:
            reason = error.errors()[0]["msg"] if hasattr(error, "errors") else str(error)
            raise InputRefused(f"input '{name}' got {describe(value)}: {reason}.") from error
    return accepted


def outputs_by_name(task: Task, returned: Any) -> dict[str, Any]:
    """The values of a node's outputs. Raises `NodeReturnedWrongType`."""
    outputs = task.declared.outputs
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


def _run_coroutine(result: Any) -> Any:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_await(result))
    with ThreadPoolExecutor(1) as thread:  # a notebook's loop is running in this one
        return thread.submit(asyncio.run, _await(result)).result()


async def _await(result: Any) -> Any:
    return await result


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
