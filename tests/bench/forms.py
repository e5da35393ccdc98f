"""How long a form takes, 10 000 in one batch beside a bare compile of the same page: `python -m tests.bench.forms`.

Each form is another person's: content, QR code, portrait and page are made anew, in the press that the service uses.
Between batches the template is compiled with data that lies ready, on one thread: what typst itself costs on this
machine at this moment. What a form takes is told per form and thread (what it costs), and per form
overall (when the batch is done). Exit code 1 when a form takes 50 ms or more.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from PIL import Image, ImageFilter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.enrollment.domain.choice import Catalogue, Choice
from services.enrollment.domain.dossier import DEFINITIONS, Section
from services.enrollment.domain.forms import Heading, Submitted, content
from services.kit.forms import Field, FieldType
from services.kit.ids import new_id
from services.kit.press import FORM, Press, Sheet
from tests.bench.result import Options, Result

BOUND_MS = 50.0
HEADING = Heading(
    "37", 2023, "山东省2023年住院医师规范化培训招录", "Asia/Shanghai",
    Catalogue({"SD-QILU": "山东大学齐鲁医院"}, {"0100": "内科"}, {}),
)  # fmt: skip
BEGAN = datetime(2023, 7, 1, tzinfo=UTC)
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
ODD = ('#*$"\\', "𬱖㙍", "𠮷䶮")


async def measure(options: Options) -> list[Result]:
    """Forms in batches, a bare compile between them."""
    done = _print_all(options.sized(400, 40), min(2, os.cpu_count() or 1), options.sized(100, 20))
    each, bare = statistics.median(done.each), statistics.median(done.bare)
    return [
        Result(
            *("", "a printed form", "ms, median", [each], [bare]),
            target=BOUND_MS,
            better="lower",
            notes=[f"in its thread; a bare compile {bare:.1f} ms, ratio {each / bare:.2f}"],
            costs={"form_cpu_ms": done.processor * 1000 / len(done.each)},
        )
    ]


def main() -> int:
    """Entry point; the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--forms", type=int, default=10_000)
    arguments.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    arguments.add_argument("--batch", type=int, default=500)
    given = arguments.parse_args()
    return _tell(_print_all(given.forms, given.threads, given.batch), given.threads, given.batch)


@dataclass
class Printed:
    """What came of it: milliseconds of each form in its thread and of bare compiles, sizes in bytes; seconds."""

    each: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    spent: float = 0.0
    processor: float = 0.0
    quietest: float = float("inf")
    """Milliseconds a form in the batch that took least."""


def _print_all(forms: int, threads: int, batch: int) -> Printed:
    done = Printed()
    press, portraits = Press(FORM, threads), [_portrait(shade) for shade in range(8)]
    for language in ("zh", "en"):
        press.print_now(_sheet(0, portraits, language))

    def one(number: int) -> tuple[float, int]:
        began = time.perf_counter()
        pdf = press.print_now(_sheet(number, portraits))
        return (time.perf_counter() - began) * 1000, len(pdf)

    columns = (TextColumn("forms"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with ThreadPoolExecutor(threads) as pool, Progress(*columns, console=Console(stderr=True)) as bar:
        list(pool.map(one, range(threads * 4)))
        task = bar.add_task("forms", total=forms)
        for start in range(0, forms, batch):
            began, used = time.perf_counter(), time.process_time()
            until = min(start + batch, forms)
            for took, size in pool.map(one, range(start, until)):
                done.each.append(took)
                done.sizes.append(size)
                bar.advance(task)
            took_all = time.perf_counter() - began
            done.spent += took_all
            done.quietest = min(done.quietest, took_all * 1000 / (until - start))
            done.processor += time.process_time() - used
            done.bare += _bare(press, [_sheet(forms + start + again, portraits) for again in range(10)])
    return done


def _tell(done: Printed, threads: int, batch: int) -> int:
    forms, each, bare = len(done.each), done.each, done.bare
    overall = done.spent * 1000 / forms
    size = statistics.mean(done.sizes) / 1024
    told = {
        "forms": f"{forms} in {done.spent:.1f} s on {threads} threads, {size:.0f} KiB each",
        "each, overall": f"{overall:.1f} ms",
        f"quietest batch of {batch}": f"{done.quietest:.1f} ms each",
        "each, in its thread": f"median {statistics.median(each):.1f} ms, p99 {_share(each, 0.99):.1f} ms",
        "each, processor time": f"{done.processor * 1000 / forms:.1f} ms",
        "bare typst, one thread": f"median {statistics.median(bare):.1f} ms",
        "ratio to bare typst": f"{statistics.median(each) / statistics.median(bare):.2f}",
        "most memory": f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB",
        "machine": f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}",
    }
    for name, value in told.items():
        print(f"{name:24} {value}")
    return 0 if overall < BOUND_MS and statistics.median(each) < BOUND_MS else 1


def _sheet(number: int, portraits: list[bytes], language: str = "zh") -> Sheet:
    name = SURNAMES[number % 20] + GIVEN[number // 20 % 20] + GIVEN[number // 400 % 20] + ("", *ODD)[number % 4]
    submitted = Submitted(
        new_id(),
        number % 9 + 1,
        name,
        f"3701**********{number % 100:02d}",
        Choice("SD-QILU", "0100", number % 2 == 0),
        {Section(each.section): _body(each.fields, number) for each in DEFINITIONS},
        BEGAN + timedelta(seconds=number),
        number.to_bytes(32, "big"),
    )
    sheet = Sheet(content(HEADING, submitted, language), "", submitted.submitted_at, portraits[number % len(portraits)])
    return replace(sheet, link=f"https://portal.example.org/form/{number:048d}")


def _body(fields: tuple[Field, ...], number: int) -> dict[str, object]:
    """One person in three with a master's degree, one in two employed; everything that applies is filled in."""
    body: dict[str, object] = {}
    for place, each in enumerate(fields):
        if each.applies(body):
            body[each.key] = _value(each, number, place)
    return body


def _value(field: Field, number: int, place: int) -> object:
    match field.type:
        case FieldType.YES_NO:
            return {"doctor": False, "master": number % 3 == 0, "has_employer": number % 2 == 0}.get(
                field.key, field.key not in ("junior_college", "secondary")
            )
        case FieldType.OPTION:
            return field.options[(number + place) % len(field.options)].code
        case FieldType.DATE:
            return f"2023-{number % 12 + 1:02d}-{place % 28 + 1:02d}"
        case FieldType.NUMBER:
            return number % 40
        case _:
            return f"{GIVEN[(number + place) % 20]}{number}{SURNAMES[place % 20]}"


def _portrait(shade: int) -> bytes:
    """As smooth as a face before a white ground."""
    drawn = io.BytesIO()
    picture = Image.effect_noise((480, 640), 60 + shade * 10).filter(ImageFilter.GaussianBlur(6)).convert("RGB")
    picture.save(drawn, "JPEG", quality=90)
    return drawn.getvalue()


def _bare(press: Press, sheets: list[Sheet]) -> list[float]:
    """The template with others' data that lies ready."""
    found = []
    for sheet in sheets:
        ready = press.prepared(sheet)
        began = time.perf_counter()
        press.compiled(ready, sheet.made_at)
        found.append((time.perf_counter() - began) * 1000)
    return found


def _share(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]


if __name__ == "__main__":
    sys.exit(main())
