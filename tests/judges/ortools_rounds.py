"""OR-Tools' answer to a delivery plan: a question as JSON on standard input, its routes on the output.

A program of its own, run in the judge's environment: the project never imports what it imports.
"""

import json
import sys

from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.routing_enums_pb2 import (
    FirstSolutionStrategy,
    LocalSearchMetaheuristic,
)

FAR = 10**7


def solve(asked: dict) -> list[list[int]]:
    """Who visits which doors in which order. Node 0 is the canteen; door n is node n + 1."""
    seconds, portions, capacities = asked["seconds"], asked["portions"], asked["capacities"]
    nodes = pywrapcp.RoutingIndexManager(len(seconds), len(capacities), 0)
    model = pywrapcp.RoutingModel(nodes)
    way = model.RegisterTransitCallback(
        lambda one, other: seconds[nodes.IndexToNode(one)][nodes.IndexToNode(other)]
    )
    load = model.RegisterUnaryTransitCallback(lambda one: portions[nodes.IndexToNode(one)])
    model.SetArcCostEvaluatorOfAllVehicles(way)
    model.AddDimensionWithVehicleCapacity(load, 0, capacities, True, "portions")
    model.AddDimension(way, 0, FAR, True, "seconds")
    for carrier in range(len(capacities)):
        model.GetDimensionOrDie("seconds").SetCumulVarSoftUpperBound(
            model.End(carrier), asked["fair_s"], asked["over_fair"]
        )
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    how.local_search_metaheuristic = LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromMilliseconds(asked["think_ms"])
    found = model.SolveWithParameters(how)
    routes = []
    for carrier in range(len(capacities)):
        at, route = model.Start(carrier), []
        while not model.IsEnd(at):
            route.append(nodes.IndexToNode(at) - 1)
            at = found.Value(model.NextVar(at))
        routes.append(route[1:])
    return routes


if __name__ == "__main__":
    json.dump(solve(json.load(sys.stdin)), sys.stdout)
