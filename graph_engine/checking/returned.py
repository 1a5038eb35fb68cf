"""Checking a graph that a node returned, before it runs in the node's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_engine.checking.checker import check_body
from graph_engine.checking.modes import resolved_definition
from graph_engine.documents.document import Definition
from graph_engine.errors import DocumentError
from graph_engine.messages import nearest
from graph_engine.problem import Problem

if TYPE_CHECKING:
    from graph_engine.execution.compile import Program, Task


def checked_returned(returned: Definition, task: Task, program: Program) -> Definition:
    """The graph as it is run, without what it bypasses or mutes.

    Raises `DocumentError` unless it takes inputs of the node, gives the node's outputs, and can run.
    """
    declared = task.declared
    found = resolved_definition(returned, program.document.definitions, program.catalogue)
    definition, problems = found.body, list(found.problems)
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
    return definition
