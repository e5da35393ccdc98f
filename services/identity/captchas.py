"""ID-33: captchas made offline: five digits to read or to hear, ten minutes, one answer each."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from services.identity.core import Core
from services.identity.domain.documents import fold_width
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id

if TYPE_CHECKING:
    from captcha.audio import AudioCaptcha
    from captcha.image import ImageCaptcha

LIFE = timedelta(minutes=10)
DIGITS = 5
DRAWN_AT_ONCE = 1
"""A spoken captcha costs a third of a second of processor: more threads would take it from everything else."""
WAITING = 12
"""Drawings that may wait; more are turned away at once."""
BUSY_FOR = timedelta(seconds=10)
_SIZE = (200, 72)


class Captchas:
    """Makes, draws, speaks and checks captchas."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._turns = asyncio.Semaphore(DRAWN_AT_ONCE)
        self._waiting = 0

    async def create(self) -> str:
        """The id of a new captcha; nothing is drawn yet. Captchas past their time go."""
        now, captcha_id = self._core.clock.now(), new_id()
        answer = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        await self._core.database.execute(
            "WITH old AS (DELETE FROM captcha WHERE expires_at < $3::timestamptz)"
            " INSERT INTO captcha (captcha_id, answer, expires_at) VALUES ($1::text::uuid, $2, $4)",
            *(captcha_id, answer, now, now + LIFE),
        )
        return captcha_id

    async def picture(self, captcha_id: str, audio: bool) -> tuple[bytes, str]:
        """The captcha as (PNG, `image/png`), or with `audio` as (WAV, `audio/wav`); drawn anew each time, in a thread.

        Raises DomainError NOT_FOUND CAPTCHA_UNKNOWN when answered or past its time; EXHAUSTED CAPTCHA_BUSY.
        """
        answer = await self.answer(captcha_id)
        if self._waiting >= WAITING:
            until = self._core.clock.now() + BUSY_FOR
            message = "当前请求较多，请稍后刷新验证码。"
            raise DomainError(Kind.EXHAUSTED, "CAPTCHA_BUSY", message, rule="ID-33", until=until)
        self._waiting += 1
        try:
            async with self._turns:
                if audio:
                    return await asyncio.to_thread(self._speak, answer), "audio/wav"
                return await asyncio.to_thread(self._draw, answer), "image/png"
        finally:
            self._waiting -= 1

    async def check(self, captcha_id: str, answer: str) -> None:
        """Compare `answer`, full-width digits and blanks allowed; right or wrong, the captcha is used up.

        Raises DomainError INVALID CAPTCHA_WRONG, field `captcha_answer`; the same when used or past its time.
        """
        now = self._core.clock.now()
        right = await self._core.database.fetchval(
            "UPDATE captcha SET answered_at = $2 WHERE captcha_id = $1::text::uuid AND answered_at IS NULL"
            " AND expires_at > $2 RETURNING answer",
            *(captcha_id, now),
        )
        given = "".join(fold_width(answer).split())
        if right is None or not hmac.compare_digest(str(right).encode(), given.encode()):
            message = "图形验证码不正确或已失效，请换一张再试。"
            raise DomainError(Kind.INVALID, "CAPTCHA_WRONG", message, field="captcha_answer", rule="ID-33")

    async def answer(self, captcha_id: str) -> str:
        """What is right, for drawing it. Raises DomainError NOT_FOUND CAPTCHA_UNKNOWN."""
        answer = await self._core.database.fetchval(
            "SELECT answer FROM captcha WHERE captcha_id = $1::text::uuid AND answered_at IS NULL AND expires_at > $2",
            *(captcha_id, self._core.clock.now()),
        )
        if answer is None:
            raise DomainError(Kind.NOT_FOUND, "CAPTCHA_UNKNOWN", "验证码已失效，请换一张。", rule="ID-33")
        return str(answer)

    @cached_property
    def _images(self) -> ImageCaptcha:
        from captcha.image import ImageCaptcha  # noqa: PLC0415  (a start need not load fonts)

        return ImageCaptcha(*_SIZE)

    @cached_property
    def _voices(self) -> AudioCaptcha:
        from captcha.audio import AudioCaptcha  # noqa: PLC0415  (a start need not load voices)

        return AudioCaptcha()

    def _draw(self, answer: str) -> bytes:
        return self._images.generate(answer).getvalue()

    def _speak(self, answer: str) -> bytes:
        return bytes(self._voices.generate(answer))
