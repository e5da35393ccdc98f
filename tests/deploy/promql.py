"""The part of PromQL that our rules use, worked out over series that a test tells as functions of time.

Prometheus has no wheel. Growth is the plain difference over the range, without its extrapolation to the range's ends.
"""

from __future__ import annotations

import math
import operator
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, TypeAlias

import promql_parser as parser

from tests.deploy.rules import rules

Labels: TypeAlias = frozenset[tuple[str, str]]
Vector: TypeAlias = dict[Labels, float]
STEP = 30.0
"""Seconds between two samples of a series, and between two looks at a rule."""
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "==": operator.eq,
}
_COUNT: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda left, right: left / right if right else math.nan,
}
_JOIN: dict[str, Callable[[Sequence[float]], float]] = {"sum": sum, "max": max, "min": min}


@dataclass(frozen=True)
class Series:
    """One series: `at` tells its value at a moment (seconds), None while there is none."""

    name: str
    labels: Mapping[str, str]
    at: Callable[[float], float | None]


class World:
    """Series, and what recording rules make of them."""

    def __init__(self, series: Sequence[Series]) -> None:
        self._series = series
        self._records = {rule["record"]: parser.parse(rule["expr"]) for _, rule in rules() if "record" in rule}

    def ask(self, expression: str, now: float) -> Vector:
        """What an expression that yields a vector says at `now`."""
        found = self._value(parser.parse(expression), now)
        assert isinstance(found, dict)
        return found

    def fires(self, rule: Mapping[str, Any], begin: float, end: float) -> bool:
        """Whether an alert is firing at `end`, looked at from `begin` on."""
        since: dict[Labels, float] = {}
        wait = _seconds(str(rule.get("for", "0s")))
        now = begin
        while now <= end:
            found = self.ask(rule["expr"], now)
            since = {labels: since.get(labels, now) for labels in found}
            now += STEP
        return any(now - STEP - began >= wait for began in since.values())

    def _value(self, node: Any, now: float) -> Vector | float:
        match node:
            case parser.NumberLiteral():
                return float(node.val)
            case parser.ParenExpr():
                return self._value(node.expr, now)
            case parser.VectorSelector():
                return self._select(node, now)
            case parser.AggregateExpr():
                return _aggregated(node, self._vector(node.expr, now))
            case parser.Call():
                return self._call(node, now)
            case parser.BinaryExpr():
                return _joined(node, self._value(node.lhs, now), self._value(node.rhs, now))
        raise NotImplementedError(type(node).__name__)

    def _vector(self, node: Any, now: float) -> Vector:
        found = self._value(node, now)
        assert isinstance(found, dict)
        return found

    def _select(self, node: Any, now: float) -> Vector:
        if node.name in self._records:
            return self._vector(self._records[node.name], now)
        found = {}
        for series in self._series:
            value = series.at(now) if series.name == node.name and _matches(node, series.labels) else None
            if value is not None:
                found[frozenset(series.labels.items())] = value
        return found

    def _call(self, node: Any, now: float) -> Vector | float:
        name = node.func.name
        if name == "time":
            return now
        if name == "absent":
            if self._vector(node.args[0], now):
                return {}
            matchers = node.args[0].matchers.matchers
            return {frozenset((each.name, each.value) for each in matchers if each.op == parser.MatchOp.Equal): 1.0}
        if name == "abs":
            return {labels: abs(value) for labels, value in self._vector(node.args[0], now).items()}
        if name == "histogram_quantile":
            return _quantile(float(node.args[0].val), self._vector(node.args[1], now))
        span = node.args[0].range.total_seconds()
        read = partial(self._select, node.args[0].vector_selector)
        if name == "changes":
            moments = [now - span + STEP * n for n in range(int(span / STEP) + 1)]
            told = [read(moment) for moment in moments]
            return {
                labels: float(sum(a.get(labels) != b.get(labels) for a, b in pairwise(told))) for labels in told[-1]
            }
        before, after = read(now - span), read(now)
        grown = {labels: value - before[labels] for labels, value in after.items() if labels in before}
        return grown if name == "increase" else {labels: value / span for labels, value in grown.items()}


def _matches(node: Any, labels: Mapping[str, str]) -> bool:
    for matcher in node.matchers.matchers:
        has = labels.get(matcher.name, "")
        fits = (
            bool(re.fullmatch(matcher.value, has))
            if matcher.op in (parser.MatchOp.Re, parser.MatchOp.NotRe)
            else has == matcher.value
        )
        if fits is (matcher.op in (parser.MatchOp.NotEqual, parser.MatchOp.NotRe)):
            return False
    return True


def _aggregated(node: Any, vector: Vector) -> Vector:
    keep = set(node.modifier.labels) if node.modifier else set()
    gathered: dict[Labels, list[float]] = defaultdict(list)
    for labels, value in vector.items():
        gathered[frozenset(each for each in labels if each[0] in keep)].append(value)
    return {labels: _JOIN[str(node.op)](values) for labels, values in gathered.items()}


def _joined(node: Any, left: Vector | float, right: Vector | float) -> Vector | float:
    op = str(node.op)
    if isinstance(left, float) and isinstance(right, float):
        return _COUNT[op](left, right)
    if isinstance(left, float):
        assert isinstance(right, dict)
        return {labels: _COUNT[op](left, value) for labels, value in right.items()}
    if isinstance(right, float):
        number = right
        return _kept(op, {labels: (value, number) for labels, value in left.items()})
    on = node.modifier.matching.labels if node.modifier and node.modifier.matching else None

    def key(labels: Labels) -> Labels:
        return labels if on is None else frozenset(each for each in labels if each[0] in on)

    others = {key(labels): value for labels, value in right.items()}
    if op == "and":
        return {labels: value for labels, value in left.items() if key(labels) in others}
    if op == "unless":
        return {labels: value for labels, value in left.items() if key(labels) not in others}
    if op == "or":
        mine = {key(labels) for labels in left}
        return left | {labels: value for labels, value in right.items() if key(labels) not in mine}
    return _kept(op, {labels: (value, others[key(labels)]) for labels, value in left.items() if key(labels) in others})


def _kept(op: str, pairs: dict[Labels, tuple[float, float]]) -> Vector:
    if op in _COMPARE:
        return {labels: left for labels, (left, right) in pairs.items() if _COMPARE[op](left, right)}
    return {labels: _COUNT[op](left, right) for labels, (left, right) in pairs.items()}


def _quantile(quantile: float, vector: Vector) -> Vector:
    """The upper bound of the bucket in which the quantile lies."""
    gathered: dict[Labels, list[tuple[float, float]]] = defaultdict(list)
    for labels, value in vector.items():
        bound = float(dict(labels)["le"].replace("+Inf", "inf"))
        gathered[frozenset(each for each in labels if each[0] != "le")].append((bound, value))
    found = {}
    for labels, bounds in gathered.items():
        bounds.sort()
        if bounds[-1][1]:
            found[labels] = next(bound for bound, count in bounds if count >= quantile * bounds[-1][1])
    return found


def _seconds(duration: str) -> float:
    return float(duration[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[duration[-1]]
