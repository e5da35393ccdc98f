"""聘书: printed for whoever was appointed and for 教学部, checked by anybody (FREP-08, FREP-09)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from services.faculty.core import Core
from services.faculty.deeds import DAY_ZONE
from services.faculty.domain import certificates, exports, reports
from services.faculty.domain.certificates import Appointed, Certificate
from services.faculty.store import reports as store
from services.kit.domain import Caller, DomainError, Kind
from services.kit.press import Press, Sheet


@dataclass(frozen=True, slots=True)
class Printed:
    """A certificate on paper."""

    pdf: bytes = field(repr=False)
    file_name: str
    code: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What anybody is told of a certificate."""

    genuine: bool = False
    holds: bool = False
    masked_name: str = ""
    hospital: str = ""
    department: str = ""
    from_day: str = ""
    until_day: str = ""


class CertificateHandlers:
    """Prints and checks."""

    def __init__(self, core: Core, press: Press, public_url: str = "") -> None:
        self._core = core
        self._press = press
        self._url = public_url.rstrip("/")

    async def certificate(self, caller: Caller, appointment_id: str) -> Printed:
        """FREP-08: the certificate of one's own appointment, or of one that 教学部 reaches.

        Raises NOT_FOUND APPOINTMENT_NOT_FOUND, CONFLICT NO_CERTIFICATE.
        """
        places = await self._core.directory.know(caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            row = await store.one_appointment(uow.session, appointment_id)
        mine = row is not None and (
            row.person_id == caller.person_id
            if caller.role == "faculty"
            else places.reaches(caller, row.base_code, row.department_code)
        )
        if row is None or not mine:
            raise DomainError(Kind.NOT_FOUND, "APPOINTMENT_NOT_FOUND", "没有这条聘任。", rule="FREP-08")
        certificates.check_printable(row.state)
        places = await self._core.directory.know(row.base_code, row.department_code)
        code = certificates.code_of(Certificate(appointment_id, row.until_day), self._mac)
        appointed = Appointed(
            row.name,
            places.name(row.base_code),
            places.name(row.department_code),
            reports.TITLE_LABELS.get(row.title, "") if row.title else "",
            row.level,
            row.from_day,
            row.until_day,
        )
        link = f"{self._url}/certificates?{urlencode({'code': code})}" if self._url else code
        made = datetime.combine(row.from_day, time(), DAY_ZONE)
        pdf = await self._press.print(Sheet(certificates.content(appointed, code), link, made))
        return Printed(pdf, "聘书.pdf", code)

    async def check(self, code: str) -> Checked:
        """FREP-09: whether a code was issued here, and whether the appointment counts today; the name masked."""
        read = certificates.read_code(code, self._mac)
        if read is None:
            return Checked()
        async with self._core.database.unit_of_work() as uow:
            row = await store.one_appointment(uow.session, read.appointment_id)
            today = (await self._core.deeds.now(uow.session)).astimezone(DAY_ZONE).date()
        if row is None:
            return Checked()
        places = await self._core.directory.know(row.base_code, row.department_code)
        return Checked(
            True,
            # A term that was taken back after it was printed holds no more.
            _counts(row, today) and read.until_day <= row.until_day,
            exports.mask_name(row.name),
            places.name(row.base_code),
            places.name(row.department_code),
            row.from_day.isoformat(),
            read.until_day.isoformat(),
        )

    def _mac(self, said: str) -> bytes:
        return self._core.sealing.vault.lookup("certificate", said)


def _counts(row: Any, today: date) -> bool:
    """Whether the appointment runs: within grace after its term too (C7.13), until somebody ends it."""
    ended = row.ends_on is not None and row.ends_on < today
    return row.state in store.RUNNING and row.from_day <= today and not ended
