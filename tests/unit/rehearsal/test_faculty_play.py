"""OPS-94: who plays a faculty season, and when."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import phonenumbers
import pytest
from PIL import Image

from services.kit.shipped import shipped
from services.rehearsal.faculty_cast import staff_mobiles
from services.rehearsal.faculty_people import how_many, make_teachers, papers
from services.rehearsal.faculty_season import APPLY_UNTIL, CLOSES, OPENS, PUBLISHED, Days
from services.rehearsal.people import is_resident_id, make_people
from services.rehearsal.province import load_province
from services.rehearsal.timetable import Timetable

PROVINCE = load_province(shipped("deploy/provinces/shandong-2023.yaml"))
BASES = list(PROVINCE.bases)


@pytest.mark.parametrize(("applicants", "count"), [(60, 0), (999, 0), (1000, 10), (20_000, 200), (100_000, 300)])
def test_ops_94_teachers_are_as_many_as_a_season_has_room_for(applicants: int, count: int) -> None:
    assert how_many(applicants) == count


def test_ops_94_teachers_are_the_same_by_seed_and_share_no_number_with_applicants() -> None:
    teachers = make_teachers(200, 5, "r1", BASES)
    assert [each.person for each in teachers] == [each.person for each in make_teachers(200, 5, "r1", BASES)]
    numbers = {each.person.resident_id for each in teachers} | {each.person.phone for each in teachers}
    assert len(numbers) == 400
    assert all(is_resident_id(each.person.resident_id) for each in teachers)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(each.person.phone, "CN")) for each in teachers)
    others = make_people(2000, 5, "r1")
    assert numbers.isdisjoint({each.resident_id for each in others} | {each.phone for each in others})
    assert {each.login for each in teachers}.isdisjoint({each.login for each in others})
    assert numbers.isdisjoint(staff_mobiles(30))


def test_ops_94_teachers_work_where_there_are_departments() -> None:
    teachers = make_teachers(40, 5, "r1", BASES)
    assert {each.department for each in teachers} == {each for base in BASES for each in base.departments}
    assert all(each.department in each.base.departments for each in teachers)
    assert make_teachers(40, 5, "r1", [base for base in BASES if not base.departments]) == []


def test_ops_94_pictures_are_what_a_dossier_asks_for() -> None:
    drawn = papers()
    assert set(drawn) == {"id_scan", "photo", "qualification_scan"}
    assert len(drawn["photo"]) >= 150 * 1024
    assert Image.open(io.BytesIO(drawn["photo"])).size == (600, 800)


def test_ops_94_a_batch_lies_within_its_recruitment() -> None:
    first, last = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC) + timedelta(seconds=100)
    phases = [("preparation", None), ("registration", first), ("closed", last)]
    cycle = {
        "cycle_id": "c",
        "sequence": 0,
        "phases": [
            {
                "phase": name,
                "sequence": place,
                "round": 0,
                "opens_at": opens.isoformat() if opens else None,
                "closes_at": None,
                "entered_at": None,
            }
            for place, (name, opens) in enumerate(phases)
        ],
    }

    async def nothing() -> None:
        return None

    days = Days.of(Timetable(cycle, nothing))
    moments = [days.at(share) for share in (OPENS, APPLY_UNTIL, CLOSES, PUBLISHED)]
    assert moments == sorted(moments)
    assert first < moments[0]
    assert moments[-1] < last
