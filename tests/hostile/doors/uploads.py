"""Uploads: pictures and what only looks like one, posted as the bodies of requests and as forms, whole and slowly."""

from __future__ import annotations

import asyncio
import random

from services.kit.ids import new_id
from tests.hostile import files, words
from tests.hostile.book import Sent
from tests.hostile.door import Door, Ground
from tests.hostile.doors.rest import judged
from tests.hostile.wire import Answer, Hung, Wire, request

_NAMES = (
    *(
        "a.jpg.exe",
        "../../../etc/passwd",
        "a\x00.jpg",
        "长" * 200,
        "a.php;.jpg",
        "CON",
        ".htaccess",
        "a.jpg\r\nX: y",
        '"";filename=x',
    ),
)


class Uploads(Door):
    """The dossier's pictures: an applicant's and a teacher's, by REST and by form."""

    name = "uploads"
    kinds = (
        *(f"file: {kind}" for kind in files.PICTURES),
        *(f"damaged: {kind}" for kind in ("honest JPEG", "honest PNG", "with GPS", "animated")),
        *(
            "hostile file name",
            "MIME lie",
            "ten at once",
            "slow upload",
            "broken off",
            "two files",
            "unknown kind",
            "no body",
        ),
    )
    targets = ("application", "faculty", "form")
    rounds = 2
    at_once = 4

    async def open(self, ground: Ground) -> None:
        """Who uploads, and to what."""
        await super().open(ground)
        self._wire = Wire(ground.stack.port, 60)
        applicant = {"authorization": f"Bearer {ground.actors.token('applicant')}"}
        answer = await self._wire.send(request("GET", "/api/v1/cycles", applicant))
        self._cycles = [each["cycle_id"] for each in _json(answer).get("cycles", [])] or [new_id()]
        for cycle in self._cycles:
            headers = applicant | {"idempotency-key": new_id(), "content-type": "application/json"}
            await self._wire.send(request("POST", f"/api/v1/cycles/{cycle}/application", headers, b"{}"))

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def send(self, target: object, kind: str, chance: random.Random) -> Sent:
        """One upload, or ten."""
        content = self._content(kind, chance)
        raw = self._raw(str(target), kind, content, chance)
        shown = f"{target} {kind}: {len(content)} bytes: {raw[:500].decode('utf-8', 'replace')}"
        try:
            if kind == "ten at once":
                answers = await asyncio.gather(*(self._wire.send(raw, fresh=True) for _ in range(10)))
            elif kind in ("slow upload", "broken off"):
                answers = [await self._slowly(raw, whole=kind == "slow upload")]
            else:
                answers = [await self._wire.send(raw)]
        except Hung as error:
            return Sent("hang", f"{kind}: {error}", request=shown)
        answer = answers[-1]
        fault = next(filter(None, (self._judge(str(target), kind, each) for each in answers)), "")
        refused = not 200 <= answer.status < 400
        return Sent(
            str(answer.status),
            fault and f"{target} {kind}: {fault}",
            answer.text if refused else "",
            shown,
            refused=refused,
        )

    def _judge(self, target: str, kind: str, answer: Answer) -> str:
        if kind == "broken off" and answer.status == 0:
            return ""
        if answer.status >= 500 or answer.status == 0:
            return f"{answer.status} {answer.text[:300]}"
        if target != "form" and (fault := judged(answer, "")):
            return fault
        named = kind.removeprefix("file: ")
        if answer.status < 300 and kind.startswith("file: ") and named not in files.GOOD_PICTURES:
            return f"accepted ({answer.status})"
        return ""

    def _content(self, kind: str, chance: random.Random) -> bytes:
        if kind.startswith("file: "):
            return files.picture(kind.removeprefix("file: "))
        if kind.startswith("damaged: "):
            return files.damaged(files.picture(kind.removeprefix("damaged: ")), chance)
        return b"" if kind == "no body" else files.picture(chance.choice(("honest JPEG", "honest PNG")))

    def _raw(self, target: str, kind: str, content: bytes, chance: random.Random) -> bytes:
        what = chance.choice(("portrait", "qualification_scan", "education_scan"))
        if target == "faculty":
            what = chance.choice(("photo", "qualification_scan", "practice_scan"))
        if kind == "unknown kind":
            what = chance.choice(("x", "PORTRAIT", "a" * 200, "%2e%2e"))
        role = "faculty" if target == "faculty" else "applicant"
        lie = "text/html" if kind == "MIME lie" else "image/jpeg"
        headers: dict[str, str | bytes] = {"authorization": f"Bearer {self.ground.actors.token(role)}"}
        headers |= {"idempotency-key": new_id(), "content-type": lie}
        if target == "form":
            here = f"127.0.0.1:{self.ground.stack.port}"
            body = _multipart(what, content, kind, chance)
            cookie = f"residency_session={self.ground.actors.token(role)}"
            page = {
                "host": here,
                "origin": f"http://{here}",
                "cookie": cookie,
                "content-type": "multipart/form-data; boundary=xxBxx",
            }
            return request("POST", f"/application/papers/{what}", page, body)
        place = "faculty" if target == "faculty" else f"cycles/{chance.choice(self._cycles)}/application"
        return request("POST", f"/api/v1/{place}/papers/{what}", headers, content)

    async def _slowly(self, raw: bytes, *, whole: bool) -> Answer:
        """In many small pieces, or only the first half of them."""
        wire = Wire(self.ground.stack.port, 60)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.ground.stack.port)
        try:
            step = max(1, len(raw) // 20)
            for start in range(0, len(raw) if whole else len(raw) // 2, step):
                writer.write(raw[start : start + step])
                await writer.drain()
                await asyncio.sleep(0.005)
            if not whole:
                return Answer(0)
            return await wire.read(reader)
        finally:
            writer.close()


def _multipart(kind: str, content: bytes, how: str, chance: random.Random) -> bytes:
    name = chance.choice(_NAMES) if how == "hostile file name" else "a.jpg"
    media = "text/html" if how == "MIME lie" else "image/jpeg"
    head = f'--xxBxx\r\nContent-Disposition: form-data; name="file.{kind}"; filename="{name}"\r\n'
    head += f"Content-Type: {media}\r\n\r\n"
    part = head.encode("utf-8", "surrogatepass") + content + b"\r\n"
    key = f'--xxBxx\r\nContent-Disposition: form-data; name="idempotency_key"\r\n\r\n{new_id()}\r\n'.encode()
    odd = f'--xxBxx\r\nContent-Disposition: form-data; name="note"\r\n\r\n{words.text(chance)[:200]}\r\n'
    return part * (2 if how == "two files" else 1) + key + odd.encode("utf-8", "surrogatepass") + b"--xxBxx--\r\n"


def _json(answer: Answer) -> dict[str, list[dict[str, str]]]:
    import json  # noqa: PLC0415

    found: dict[str, list[dict[str, str]]] = json.loads(answer.body) if answer.status == 200 else {}
    return found


def door() -> Door:
    """The door."""
    return Uploads()
