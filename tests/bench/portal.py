"""What the portal costs: `python -m tests.bench.portal streams|board|pages`."""

from __future__ import annotations

import argparse

import uvloop

from tests.bench import portal_board, portal_pages, portal_streams


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parts = parser.add_subparsers(dest="part", required=True)
    streams = parts.add_parser("streams", help="open board pages, and a change each second")
    streams.add_argument("--streams", type=int, default=2_000)
    streams.add_argument("--changes", type=int, default=20)
    streams.add_argument("--every", type=float, default=1.0, help="seconds between changes")
    streams.add_argument(
        "--fetching", action="store_true", help="pages that fetch the board when told, as without push"
    )
    streams.add_argument("--pause", type=float, default=0.3, help="those wait up to so many seconds first")
    board = parts.add_parser("board", help="a read of the board beside a bare route, in turn")
    board.add_argument("--pairs", type=int, default=7)
    board.add_argument("--seconds", type=float, default=3.0, help="of each turn")
    board.add_argument("--clients", type=int, default=32)
    pages = parts.add_parser("pages", help="pages with fifty people at work")
    pages.add_argument("--people", type=int, default=50)
    pages.add_argument("--seconds", type=float, default=20.0)
    pages.add_argument("--rest", type=float, default=1.0, help="seconds between a person's pages, about")
    pages.add_argument("--applications", type=int, default=4_000)
    given = parser.parse_args()
    if given.part == "streams":
        watched = uvloop.run(
            portal_streams.watch(
                given.streams, given.changes, given.every, pushed=not given.fetching, pause=given.pause
            )
        )
        portal_streams.tell(watched)
    elif given.part == "board":
        portal_board.tell(uvloop.run(portal_board.compare(given.pairs, given.seconds, given.clients)))
    else:
        worked = uvloop.run(portal_pages.visit(given.people, given.seconds, given.rest, given.applications))
        portal_pages.tell(worked)


if __name__ == "__main__":
    main()
