"""Checking a graph that a node returned, before it runs in the node's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_engine.checking.checker import check_body
from graph_engine.documents.document import Definition
from graph_engine.errors import DocumentError
from graph_engine.messages import nearest
from graph_engine.problem import Problem

if TYPE_CHECKING:
    from graph_engine.execution.compile import Program, Task


def check_returned(definition: Definition, task: Task, program: Program) -> None:
    """Raise `DocumentError` unless the graph takes inputs of the node, gives its outputs, and can run."""
    declared = task.declared
    problems: list[Problem] = []
    for name in definition.interface.inputs:
        if name not in declared.inputs:
            message = f"its port '{name}' is no input of the node."
            problems.append(Problem("unknown_port", message, hint=nearest(name, declared.inputs)))
    for name in declared.outputs:
        if name not in definition.interface.outputs:
            message = f"it does not give the output '{name}' that the node declares."
            problems.append(
                Problem("missing_output", message, hint=nearest(name, definition.interface.outputs))
            )
    port_types = {
        name: one.annotation for name, one in declared.inputs.items() if name in definition.interface.inputs
    }
    outputs = {name: one.annotation for name, one in declared.outputs.items()}
    problems += check_body(definition, port_types, outputs, program.document, program.catalogue)
    if problems:
        raise DocumentError(problems, "The graph that it returned")
