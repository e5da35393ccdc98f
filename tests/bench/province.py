"""A province with 500 seats, in which decisions and submissions are both open."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from joserfc import jwt
from joserfc.jwk import OKPKey

from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P3
from services.kit.auth import ALGORITHM, AUDIENCE, ISSUER
from services.kit.database import Database
from services.kit.domain import Caller
from tests.handlers.enrollment.story import OPERATOR, Stage, cycle_order

BASES, SPECIALTIES = 25, 20
PEOPLE = 200
"""People who submit, again and again."""
PLANNED = 1_000_000
"""Places of each seat: enough for any run."""
ROUND = 2
FILL = """
    INSERT INTO application (id, cycle_id, person_id, name, masked_document, version, state, round,
        submission_number, base_code, specialty_code, accepts_reallocation, submitted_at, not_selected, audit_hash)
    SELECT gen_random_uuid(), $1, gen_random_uuid()::text, '某某', '3701**********12', 1,
        (ARRAY['pending', 'pending', 'pending', 'rejected', 'approved', 'approved', 'provisional', 'admitted'])
            [1 + (hashint4(n) & 7)],
        CASE WHEN n % 3 = 0 THEN $5 - 1 ELSE $5 END, 1,
        ($2::text[])[1 + n % cardinality($2)], ($3::text[])[1 + n % cardinality($2)], n % 2 = 0,
        now() - n * interval '1 second', n % 7 = 0, ''
    FROM generate_series(1, $4::int) n
"""
"""Applications of two rounds in all states of a round, over the seats given, a second apart."""


class Province:
    """One cycle that stands in P3, its 500 seats, and people in it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stage = Stage(database)
        self._seats = [
            (f"B{base:02d}", f"{specialty:04d}") for base in range(BASES) for specialty in range(SPECIALTIES)
        ]
        self._turn = itertools.cycle(self._seats)
        self._people = itertools.cycle([f"person-{number:04d}" for number in range(PEOPLE)])

    @classmethod
    async def found(cls, url: str) -> Province:
        """In the database at `url`, with the table of the bare insert beside it."""
        database = Database(url, name="province", pool_size=4)
        await database.start()
        province = cls(database)
        await province._fill()
        return province

    @property
    def seats(self) -> Sequence[tuple[str, str]]:
        """Every base with every specialty."""
        return self._seats

    @property
    def cycle_id(self) -> str:
        """The cycle."""
        return self._stage.cycle_id

    async def applications(self, count: int, state: str, *, hot: bool) -> list[tuple[str, str]]:
        """So many new applications in `state` with their bases, over all seats in turn, or all to one when `hot`."""
        seats = [self._seats[0] if hot else next(self._turn) for _ in range(count)]
        found = await self._database.fetch(
            """
            INSERT INTO application (id, cycle_id, person_id, name, masked_document, version, state, round,
                submission_number, base_code, specialty_code, submitted_at, audit_hash)
            SELECT gen_random_uuid(), $1, gen_random_uuid()::text, '某某', '3701**********12', 1, $2, $3, 1, base,
                specialty, now(), '' FROM unnest($4::text[], $5::text[]) AS seat (base, specialty)
            RETURNING id, base_code
            """,
            self.cycle_id,
            state,
            ROUND,
            [base for base, _ in seats],
            [specialty for _, specialty in seats],
        )
        return [(str(row["id"]), row["base_code"]) for row in found]

    async def submit(self, count: int) -> list[tuple[str, str, str]]:
        """Have so many people submit: who, the application, and its base."""
        seats = itertools.cycle(self._seats)
        found = [(person, await self._stage.submit(Caller(person, "applicant"))) for person in self.people(count)]
        return [(person, view.application_id, next(seats)[0]) for person, view in found]

    async def fill(self, count: int) -> None:
        """So many applications over all seats and the states of a round, as a season leaves them."""
        await self._database.execute(FILL, self.cycle_id, *self._columns(), count, ROUND)

    async def filled(self, count: int) -> list[str]:
        """The same; their ids."""
        found = await self._database.fetch(f"{FILL} RETURNING id", self.cycle_id, *self._columns(), count, ROUND)
        return [str(row["id"]) for row in found]

    async def counted(self) -> None:
        """Let the database know what it holds, as its own upkeep would soon."""
        await self._database.execute("ANALYZE application")

    def _columns(self) -> tuple[list[str], list[str]]:
        return [base for base, _ in self._seats], [specialty for _, specialty in self._seats]

    def people(self, count: int) -> Iterator[str]:
        """So many people in turn, each with a complete draft."""
        return itertools.islice(self._people, count)

    async def close(self) -> None:
        """Leave the database."""
        await self._database.stop()

    async def _fill(self) -> None:
        order = cycle_order(
            dict.fromkeys(self._seats, PLANNED),
            bases=tuple((code, f"基地{code}") for code in sorted({base for base, _ in self._seats})),
            specialties=tuple((code, f"专业{code}") for code in sorted({specialty for _, specialty in self._seats})),
            day_seconds=3600.0,
        )
        self._stage.cycle_id = (await self._stage.cycles.create_cycle(OPERATOR, order)).cycle_id
        await self._stage.stand(P3, 86_400)
        for number, (person, seat) in enumerate(zip(self.people(PEOPLE), itertools.cycle(self._seats))):
            applicant = Caller(person, "applicant")
            await self._stage.start(applicant)
            # Nobody looks like anybody else: whoever does is held, which is another path.
            own = {"mobile": f"138{number:08d}", "birth_date": str(date(1995, 1, 1) + timedelta(days=number))}
            await self._stage.fill(applicant, Choice(*seat, True), **own)
        await self._database.execute(
            """
            CREATE TABLE bare (id bigserial PRIMARY KEY, application_id text NOT NULL,
                submission_number integer NOT NULL, key text NOT NULL, at timestamptz NOT NULL DEFAULT now())
            """
        )


def token(key: OKPKey, person: str, role: str, organisation: str) -> str:
    """A token as identity would sign it."""
    claims = {
        "sub": person,
        "role": role,
        "org": organisation,
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": int((datetime.now(UTC) + timedelta(hours=2)).timestamp()),
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key, algorithms=[ALGORITHM])
