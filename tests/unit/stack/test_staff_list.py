"""OPS-80, OPS-82: a list of staff is checked as a whole, and its refusals name the row but no number."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import main, staff_file

ROW = "王安,13700000001,auditor,37"


def test_ops_80_a_list_as_a_spreadsheet_writes_it() -> None:
    head = "\ufeffname,mobile,role,organisation,until"
    text = "\r\n".join((head, f"{ROW},2027-08-31", "李四,13700000002,auditor,37,", ""))
    first, second = staff_file.read(text)
    assert (first.row, first.name, first.masked, first.until) == (2, "王安", "137****0001", date(2027, 8, 31))
    assert second.until is None
    assert "13700000001" not in repr(first)


def test_ops_80_a_hat_ends_with_its_last_day() -> None:
    assert staff_file.end_of(date(2027, 8, 31)).astimezone(UTC) == datetime(2027, 8, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must name the columns"),
        (ROW, "must name the columns"),
        ("name,mobile,role,organisation\n", "nobody"),
        ("name,mobile,role,organisation,phone\n", "must name the columns"),
        ("name,mobile,role,organisation\n王安,13700000001,auditor", "row 2: organisation is empty"),
        ("name,mobile,role,organisation\n王安,13700000001,operator,37", "row 2: no role 'operator' of staff"),
        ("name,mobile,role,organisation\n王安,13700000001,applicant,37", "row 2: no role 'applicant' of staff"),
        (f"name,mobile,role,organisation\n{ROW},2027", "row 2 has more fields"),
        (f"name,mobile,role,organisation,until\n{ROW},31.8.", "row 2: until '31.8.' is no day"),
        (f"name,mobile,role,organisation\n{ROW}\n{ROW}", "row 3 says again what row 2 says"),
    ],
)
def test_ops_80_what_is_wrong_in_a_list_is_said_by_its_row(text: str, words: str) -> None:
    with pytest.raises(staff_file.StaffFileError) as error:
        staff_file.read(text)
    assert words in str(error.value)
    assert "13700000001" not in str(error.value)


def test_ops_80_a_list_is_checked_without_a_platform(tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text(f"name,mobile,role,organisation\n{ROW}\n", encoding="utf-8")
    arguments = ["staff", "invite", str(file), "--dry-run"]
    told = CliRunner().invoke(main.build(arguments), arguments)
    assert (told.exit_code, "1 people, the list is right" in told.output) == (0, True)
    file.write_bytes("name,mobile,role,organisation\n王安".encode("gbk"))
    told = CliRunner().invoke(main.build(arguments), arguments)
    assert (told.exit_code, "no UTF-8" in told.output) == (2, True)


def test_ops_82_organisations_are_checked_without_a_platform() -> None:
    arguments = ["organisations", "import", "deploy/provinces/shandong-2023.yaml", "--dry-run"]
    told = CliRunner().invoke(main.build(arguments), arguments)
    assert told.exit_code == 0, told.output
    assert "28 bases, 4 departments: is right" in told.output
