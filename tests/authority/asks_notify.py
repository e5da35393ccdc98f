"""Notify, and what it asks of identity and enrollment."""

from __future__ import annotations

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import Scene, key
from tests.authority.wire import Someone
from tests.support.people import BASE, FOREIGN_BASE

_CAMPAIGN = "notify.CampaignService"
_DELIVERY = "notify.DeliveryService"
_NOTIFY = "notify.NotifyService"
_PREFERENCE = "notify.PreferenceService"
_CONTACT = "identity.ContactService"
TOKEN = "x" * 40

asks_nothing(f"{_NOTIFY}.CountUnread", f"{_NOTIFY}.MarkAllRead")
asks_nothing(f"{_PREFERENCE}.GetPreferences")
asks_nothing(f"{_PREFERENCE}.SetPreference", kind="NOTICE_KIND_REMINDER", channel="CHANNEL_EMAIL", wanted=False)
asks_nothing(f"{_PREFERENCE}.SetLanguage", language="en")
asks_nothing(f"{_PREFERENCE}.Unsubscribe", f"{_PREFERENCE}.GetUnsubscription", token=TOKEN)
asks_nothing(f"{_DELIVERY}.GetDeliveryStatus", f"{_DELIVERY}.ListTemplates", f"{_DELIVERY}.ListFailed")
asks_nothing(f"{_DELIVERY}.PreviewTemplate", template="account_released")
asks_nothing(f"{_DELIVERY}.RecordReceipt", channel="CHANNEL_EMAIL", body=b"{}")
asks_nothing(f"{_CAMPAIGN}.ListCampaigns")


@asks(f"{_CONTACT}.ListMobiles")
async def _numbers(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    whose = {Relation.OWN: scene.ids["person"], Relation.OTHER: scene.ids["foreign_person"]}
    return [{"person_ids": [whose.get(relation, new_id())]}]


@asks(f"{_CONTACT}.ListOrganisationStaff")
async def _staff(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    place = {Relation.OWN: BASE, Relation.OTHER: FOREIGN_BASE}
    return [{"organisation_codes": [place.get(relation, "NO-SUCH-PLACE")]}]


@asks("enrollment.AudienceService.ListAudience")
async def _audience(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": _cycle(scene, relation), "audience": "AUDIENCE_EVERYBODY"}]


@asks(f"{_NOTIFY}.ListMessages")
async def _list(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """What was told of another's application was told to another."""
    if relation is Relation.OWN:
        return [{}]
    return [{"application_id": scene.ids["foreign_application"] if relation is Relation.OTHER else new_id()}]


@asks(f"{_NOTIFY}.MarkRead")
async def _mark(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    if relation is Relation.ABSENT:
        return [{"message_id": new_id()}]
    if relation is Relation.OWN:
        return [{"message_id": await scene.notice(person_id=who.person_id)}] if who.session_id else []
    return [{"message_id": scene.ids["foreign_message"]}, {"message_id": scene.ids["foreign_bases_message"]}]


@asks(f"{_NOTIFY}.SendNotice")
async def _notice(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """A notice may go to anybody; nobody checks whether the organisation exists."""
    named = {"key": key(), "template": "window_not_reviewed", "parameters": {"round_name": "一志愿", "count": "4"}}
    place = {Relation.OWN: BASE, Relation.OTHER: FOREIGN_BASE}
    return [{**named, "organisation_code": place[relation]}] if relation in place else []


@asks(f"{_PREFERENCE}.StartAddress")
async def _begin(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """A mailbox of one's own each time, so that limits per mailbox do not meet."""
    named = {"channel": "CHANNEL_EMAIL", "address": f"{new_id()}@example.com", "idempotency_key": key()}
    return [named] if relation is Relation.OWN else []


async def _address(scene: Scene, who: Someone, relation: Relation) -> str:
    owner = {Relation.OWN: who, Relation.OTHER: scene.cast["stranger"]}
    return await scene.address(owner[relation]) if relation in owner else new_id()


@asks(f"{_PREFERENCE}.ConfirmAddress")
async def _confirm(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"address_id": await _address(scene, who, relation), "code": "000000"}]


@asks(f"{_PREFERENCE}.RemoveAddress")
async def _remove(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"address_id": await _address(scene, who, relation)}]


@asks(f"{_DELIVERY}.ListTold")
async def _told(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    whose = {Relation.OWN: scene.ids["person"], Relation.OTHER: scene.ids["foreign_person"]}
    return [{"person_id": whose.get(relation, new_id())}]


@asks(f"{_DELIVERY}.RedriveDeliveries")
async def _redrive(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Deliveries are nobody's in particular."""
    return [{"delivery_ids": [new_id()]}] if relation is Relation.OWN else []


@asks(f"{_DELIVERY}.ListKept")
async def _kept(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Everybody's is asked for by who may see everybody's; from others it is refused, and named by nobody."""
    return [{"everybody": who.role == "operator"}] if relation is Relation.OWN else []


def _cycle(scene: Scene, relation: Relation) -> str:
    names = {Relation.OWN: "cycle", Relation.OTHER: "foreign_cycle"}
    return new_id() if relation is Relation.ABSENT else scene.ids[names[relation]]


@asks(f"{_CAMPAIGN}.CreateCampaign")
async def _draft(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [scene.campaign_draft(_cycle(scene, relation))]


@asks(*(f"{_CAMPAIGN}.{verb}Campaign" for verb in ("Preview", "Approve", "Pause", "Resume", "Stop", "Get")))
async def _campaign(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    if relation is Relation.ABSENT:
        return [{"campaign_id": new_id()}]
    campaign = await scene.campaign(_cycle(scene, relation))
    return [{"campaign_id": campaign, **({"version": 1} if "Approve" in method else {})}]
