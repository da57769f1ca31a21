"""Every test can fail: no assertion holds for two outcomes, and no loop over nothing skips one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.meta.sources import modules

Names = dict[str, ast.expr]
WRAPPERS = {
    "combinations",
    "dict",
    "enumerate",
    "frozenset",
    "list",
    "reversed",
    "set",
    "sorted",
    "tuple",
    "zip",
}
VIEWS = {"items", "keys", "split", "splitlines", "values"}


def has_elements(node: ast.expr, names: Names) -> bool:
    """Whether an expression is known to have elements: a literal, a constant, or `tests.assertions.not_empty(…)`."""
    match node:
        case ast.Tuple(elts=[*parts]) | ast.List(elts=[*parts]) | ast.Set(elts=[*parts]):
            return any(not isinstance(part, ast.Starred) or has_elements(part.value, names) for part in parts)
        case ast.Dict(keys=[*keys]):
            return bool(keys)
        case ast.Constant(value=value):
            return bool(value)
        case ast.Name(id=name):
            return name in names and has_elements(names[name], {n: names[n] for n in names if n != name})
        case ast.BinOp(left=left, right=right):
            return has_elements(left, names) or has_elements(right, names)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return all(not part.ifs and has_elements(part.iter, names) for part in node.generators)
        case ast.Call(func=ast.Name(id="not_empty")):
            return True
        case ast.Call(func=ast.Name(id="range"), args=[*bounds]):
            return all(_number(bound, names) != 0 for bound in bounds[:2][-1:])
        case ast.Call(func=ast.Name(id=name), args=[*parts]) if name in WRAPPERS:
            return bool(parts) and has_elements(parts[0], names)
        case ast.Call(func=ast.Attribute(value=value, attr=attribute)) if attribute in VIEWS:
            return has_elements(value, names)
    return False


def _number(node: ast.expr, names: Names) -> int:
    """The number that an expression is known to be, else 0."""
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.Name(id=name) if name in names:
            return _number(names[name], {n: names[n] for n in names if n != name})
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _number(left, names) * _number(right, names)
    return 0


def _constants(nodes: list[ast.AST]) -> Names:
    found: Names = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = value
    return found


def asserts(node: ast.AST) -> bool:
    """Whether a node asserts something: `assert`, `pytest.raises`, Playwright's `expect`."""
    match node:
        case ast.Assert():
            return True
        case ast.Call(func=ast.Name(id="expect") | ast.Attribute(attr="raises")):
            return True
    return False


def loops_over_nothing(function: ast.FunctionDef, names: Names) -> Iterator[tuple[int, str]]:
    """Yield what a function asserts about each element of, without knowing that there is any: (line, iterable)."""
    names = names | _constants(list(ast.walk(function)))
    for node in ast.walk(function):
        iterable = None
        match node:
            case ast.For(iter=over) if any(map(asserts, ast.walk(node))):
                iterable = over
            case ast.Assert():
                for part in ast.walk(node.test):
                    match part:
                        case ast.Call(
                            func=ast.Name(id="all"), args=[ast.GeneratorExp() | ast.ListComp() as each]
                        ):
                            iterable = each.generators[0].iter
        if iterable is not None and not has_elements(iterable, names):
            yield iterable.lineno, ast.unparse(iterable)


def either_or(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the assertions that hold when one of two things is true: (line, assertion)."""
    for node in ast.walk(tree):
        match node:
            case ast.Assert(test=ast.BoolOp(op=ast.Or())):
                yield node.lineno, ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr="raises"), args=[ast.Tuple(), *_]):
                yield node.lineno, ast.unparse(node)
            case ast.Assert(test=ast.Compare(left=ast.Attribute(attr="status_code"), ops=[ast.In()])):
                yield node.lineno, ast.unparse(node)


def vague_refusals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield where a test says "not accepted", which is true for a crash, too: (line, expression)."""
    for node in ast.walk(tree):
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=called)) if ast.unparse(called).endswith(
                "is_accepted"
            ):
                yield node.lineno, ast.unparse(node)


def _tests() -> list[tuple[str, ast.FunctionDef]]:
    return [
        (module.path, node)
        for module in modules("tests")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def test_assertions_is_of_one_outcome() -> None:
    wrong = [f"{at}:{line} {text}" for at, test in _tests() for line, text in either_or(test)]
    assert not wrong, f"assert what does happen, not one of two things: {wrong}"


def test_assertions_names_the_refusal() -> None:
    wrong = [f"{m.path}:{line} {text}" for m in modules("tests") for line, text in vague_refusals(m.tree)]
    assert not wrong, f"say which refusal it is (tests.assertions.refusal): {wrong}"


def test_assertions_is_of_something() -> None:
    constants = {module.path: _constants(list(module.tree.body)) for module in modules("tests")}
    wrong = [
        f"{at}:{line} {text}"
        for at, test in _tests()
        for line, text in loops_over_nothing(test, constants[at])
    ]
    assert not wrong, (
        f"a loop over nothing asserts nothing; loop over not_empty(…) of tests.assertions: {wrong}"
    )


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("def test_x():\n    for each in found():\n        assert each", 1),
        ("def test_x():\n    found = ask()\n    for each in sorted(found):\n        assert each", 1),
        ("def test_x():\n    for each in found():\n        with pytest.raises(X):\n            each()", 1),
        ("def test_x():\n    for at in range(len(text)):\n        assert at", 1),
        ("def test_x():\n    assert all(each for each in found())", 1),
        ("def test_x():\n    for link in page.locator('a').all():\n        expect(link).to_be_visible()", 1),
        ("def test_x():\n    for each in []:\n        assert each", 1),
        ("def test_x():\n    for each in not_empty(found()):\n        assert each", 0),
        ("def test_x():\n    for key in ('a', 'b'):\n        assert key", 0),
        ("def test_x():\n    for key, at in zip(KEYS, range(N)):\n        assert key", 0),
        (
            "def test_x():\n    ports = {key: 1 for key in KEYS}\n    for at in ports.values():\n        assert at",
            0,
        ),
    ],
)
def test_assertions_finds_loops_over_nothing(code: str, count: int) -> None:
    names = _constants(list(ast.parse("KEYS = ['a']\nN = 3").body))
    (function,) = ast.parse(code).body
    assert isinstance(function, ast.FunctionDef)
    assert len(list(loops_over_nothing(function, names))) == count


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("assert a or b", 1),
        ("with pytest.raises((KeyError, ValueError)):\n    x()", 1),
        ("assert answer.status_code in (303, 403)", 1),
        ("with pytest.raises(KeyError):\n    x()", 0),
        ("assert a and (b or c)", 0),
        ("assert a", 0),
    ],
)
def test_assertions_finds_either_or(code: str, count: int) -> None:
    assert len(list(either_or(ast.parse(code)))) == count


@pytest.mark.parametrize(
    ("code", "count"), [("assert not tools.is_accepted(x)", 1), ("assert is_accepted(x)", 0)]
)
def test_assertions_finds_vague_refusals(code: str, count: int) -> None:
    assert len(list(vague_refusals(ast.parse(code)))) == count
