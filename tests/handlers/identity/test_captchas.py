"""Captchas: to see, to hear, once, for ten minutes.

Holds ID-33.
"""

from __future__ import annotations

import asyncio
import io
import wave
from datetime import timedelta

from PIL import Image

from services.identity.captchas import LIFE, Captchas
from tests.handlers.identity.conftest import World
from tests.handlers.identity.desk import Desk, refused


async def test_id_33_the_right_answer_counts_once(world: World) -> None:
    desk = Desk(world)
    captcha_id, answer = await desk.captcha()
    assert len(answer) == 5
    assert answer.isdecimal()
    await desk.captchas.check(captcha_id, answer)
    again = await refused(desk.captchas.check(captcha_id, answer))
    assert (again.reason, again.field, again.rule) == ("CAPTCHA_WRONG", "captcha_answer", "ID-33")


async def test_id_33_a_wrong_answer_uses_it_up(world: World) -> None:
    desk = Desk(world)
    captcha_id, answer = await desk.captcha()
    wrong = f"{(int(answer) + 1) % 100_000:05d}"
    assert (await refused(desk.captchas.check(captcha_id, wrong))).reason == "CAPTCHA_WRONG"
    assert (await refused(desk.captchas.check(captcha_id, answer))).reason == "CAPTCHA_WRONG"


async def test_id_33_of_many_answers_at_once_one_counts(world: World) -> None:
    desk = Desk(world)
    captcha_id, answer = await desk.captcha()
    tried = await asyncio.gather(*(desk.captchas.check(captcha_id, answer) for _ in range(8)), return_exceptions=True)
    assert [each is None for each in tried].count(True) == 1


async def test_id_33_people_type_blanks_and_full_width_digits(world: World) -> None:
    desk = Desk(world)
    captcha_id, answer = await desk.captcha()
    await desk.captchas.check(captcha_id, " ".join(chr(ord(digit) + 0xFEE0) for digit in answer))


async def test_id_33_after_ten_minutes_it_is_gone(world: World) -> None:
    desk = Desk(world)
    captcha_id, answer = await desk.captcha()
    other_id, other = await desk.captcha()
    world.clock.forward(LIFE - timedelta(seconds=1))
    await desk.captchas.check(other_id, other)
    world.clock.forward(timedelta(seconds=1))
    assert (await refused(desk.captchas.check(captcha_id, answer))).reason == "CAPTCHA_WRONG"
    assert (await refused(desk.captchas.picture(captcha_id, False))).reason == "CAPTCHA_UNKNOWN"
    world.clock.forward(timedelta(seconds=1))
    await desk.captchas.create()
    [row] = await world.rows("SELECT count(*) AS left FROM captcha")
    assert row["left"] == 1


async def test_id_33_it_can_be_seen_and_heard_until_it_is_answered(world: World) -> None:
    desk = Desk(world)
    captcha_id, answer = await desk.captcha()
    (seen, seen_type), (heard, heard_type) = await asyncio.gather(
        desk.captchas.picture(captcha_id, False), desk.captchas.picture(captcha_id, True)
    )
    assert (seen_type, heard_type) == ("image/png", "audio/wav")
    assert Image.open(io.BytesIO(seen)).size == (200, 72)
    with wave.open(io.BytesIO(heard)) as sound:
        assert sound.getnframes() / sound.getframerate() > 3
    assert (await desk.captchas.picture(captcha_id, False))[0] != seen
    await desk.captchas.check(captcha_id, answer)
    assert (await refused(desk.captchas.picture(captcha_id, True))).reason == "CAPTCHA_UNKNOWN"


async def test_id_33_whoever_asks_for_too_many_pictures_is_turned_away(world: World) -> None:
    captchas = Captchas(world.core)
    captcha_id = await captchas.create()
    drawn = await asyncio.gather(*(captchas.picture(captcha_id, False) for _ in range(60)), return_exceptions=True)
    reasons = {getattr(each, "reason", "drawn") for each in drawn}
    assert reasons <= {"drawn", "CAPTCHA_BUSY"}
    assert "drawn" in reasons
