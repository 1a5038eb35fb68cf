"""The digest of a node's code, so that a changed function is a changed key."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from types import CodeType
from typing import Any

from graph_engine.digest import digest_text

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def implementation_digest(function: Callable[..., Any]) -> str:
    """blake3 of the function's normalised source: comments, layout, docstrings, annotations and decorators
    do not count; the code and the defaults do. What the function calls does not count: raise the pack's
    version, or the node's, when that changes.
    """
    try:
        source = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError):
        return digest_text("code", _code_text(function.__code__))
    return digest_text("source", ast.unparse(_Normalise().visit(tree)))


class _Normalise(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: _Function) -> ast.AST:
        self.generic_visit(node)
        node.decorator_list = []
        node.returns = None
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node


def _code_text(code: CodeType) -> str:
    constants = [_code_text(item) if isinstance(item, CodeType) else repr(item) for item in code.co_consts]
    return repr((code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars))
