"""Identity, as far as it is open to everybody or about the caller's own person."""

from __future__ import annotations

import secrets

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import Scene
from tests.authority.wire import Someone

_REGISTRATION = "identity.RegistrationService"
_SESSION = "identity.SessionService"
_CREDENTIAL = "identity.CredentialService"
_PERSON = "identity.PersonService"
_SCAN = "identity.ScanService"
_STAFF = "identity.StaffService"
_SANDBOX = "identity.SandboxService"

CAPTCHA = {"captcha_id": "0190f0f0-0000-7000-8000-000000000001", "captcha_answer": "0000"}
SECRET = secrets.token_urlsafe(32)
WRONG = "wrong-password-7"
MOBILE = "13900000000"

asks_nothing(f"{_REGISTRATION}.CreateCaptcha", f"{_SESSION}.GetKeySet", f"{_SCAN}.CreateScanTicket")
asks_nothing(f"{_REGISTRATION}.GetCaptchaPicture", captcha_id=CAPTCHA["captcha_id"])
asks_nothing(
    f"{_REGISTRATION}.VerifyIdentity",
    role="ROLE_APPLICANT",
    name="某人",
    document_type="DOCUMENT_TYPE_PASSPORT",
    document_number="E12345678",
    birth_date="1998-05-01",
    sex="SEX_FEMALE",
    **CAPTCHA,
)
asks_nothing(f"{_REGISTRATION}.SendRegistrationCode", registration_id=new_id(), mobile=MOBILE)
asks_nothing(
    f"{_REGISTRATION}.CreateAccount",
    registration_id=new_id(),
    login="somebody-else",
    password="correct-horse7-battery",
    mobile=MOBILE,
    code="000000",
    idempotency_key=new_id(),
)
asks_nothing(f"{_REGISTRATION}.CancelRegistration", registration_id=new_id())
asks_nothing(f"{_SESSION}.SignIn", login="nobody-at-all", password=WRONG)
asks_nothing(f"{_SESSION}.GetPasskeyChallenge", challenge_id=new_id())
asks_nothing(f"{_SESSION}.ProveSecondFactor", challenge_id=new_id(), proof={"totp": "000000"})
asks_nothing(f"{_SESSION}.RefreshSession", refresh_token=SECRET)
asks_nothing(f"{_SESSION}.SignInMachine", machine="portal", secret=SECRET)
asks_nothing(f"{_SCAN}.ClaimScanTicket", ticket_id=new_id(), browser_secret=SECRET)
asks_nothing(f"{_CREDENTIAL}.SendRecoveryCode", login="nobody-at-all", mobile=MOBILE, **CAPTCHA)
asks_nothing(f"{_CREDENTIAL}.ResetPassword", recovery_id=new_id(), code="000000", new_password="correct-horse7-battery")
asks_nothing(f"{_STAFF}.ListOrganisations")
asks_nothing(f"{_STAFF}.GetInvitation", secret=SECRET)
asks_nothing(f"{_STAFF}.AcceptInvitation", secret=SECRET, login="somebody-else", password="correct-horse7-battery")

asks_nothing(f"{_SESSION}.BeginStepUp", f"{_SESSION}.ListHats", f"{_SESSION}.SignOut", f"{_SESSION}.ListSessions")
asks_nothing(f"{_SESSION}.EndAllSessions", keep_this=True)
asks_nothing(f"{_CREDENTIAL}.ChangePassword", current_password=WRONG, new_password="correct-horse7-battery")
asks_nothing(f"{_CREDENTIAL}.ListFactors", f"{_CREDENTIAL}.BeginTotp", f"{_CREDENTIAL}.BeginPasskey")
asks_nothing(f"{_CREDENTIAL}.ConfirmTotp", code="000000")
asks_nothing(f"{_CREDENTIAL}.ConfirmPasskey", passkey_json="{}", label="手机")
asks_nothing(f"{_CREDENTIAL}.SendMobileCode", mobile=MOBILE, **CAPTCHA)
asks_nothing(f"{_CREDENTIAL}.ChangeMobile", mobile=MOBILE, code="000000", password=WRONG)
asks_nothing(f"{_PERSON}.GetMe", f"{_PERSON}.ExportMyData")
asks_nothing(
    f"{_PERSON}.BindRealName",
    name="某人",
    document_type="DOCUMENT_TYPE_PASSPORT",
    document_number="E12345678",
    birth_date="1998-05-01",
    sex="SEX_FEMALE",
)
asks_nothing(f"{_PERSON}.UnbindRealName", password=WRONG)
asks_nothing(f"{_PERSON}.EraseExpired", dry_run=True, limit=1)
asks_nothing(f"{_PERSON}.RewrapSealed", limit=1)
asks_nothing(f"{_SANDBOX}.ListTexts", mobile=MOBILE)
asks_nothing(
    f"{_SANDBOX}.OpenAccounts",
    accounts=[{"name": "某人", "resident_id": "0" * 18, "mobile": MOBILE, "login": "nobody", "password": WRONG}],
)


@asks(f"{_SANDBOX}.GetCaptchaAnswer")
async def _captcha(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    if relation is Relation.OTHER:
        return []
    return [{"captcha_id": scene.ids["captcha"] if relation is Relation.OWN else new_id()}]


@asks(f"{_STAFF}.AcceptInvitationAsMe")
async def _invitation(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Who holds the secret and has the number it was sent to is who was invited."""
    if relation is Relation.OWN:
        return [{"secret": await scene.invitation(who)}]
    return [{"secret": secrets.token_urlsafe(32)}] if relation is Relation.ABSENT else []


@asks(f"{_SCAN}.GetScanTicket", f"{_SCAN}.AnswerScanTicket")
async def _ticket(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """A ticket is nobody's until a phone has answered it; one that was answered or never was is void to everybody."""
    if relation is not Relation.OWN:
        return []
    return [{"ticket_id": await scene.ticket()}]


def _id_of(relation: Relation, own: str, other: str) -> str:
    return {Relation.OWN: own, Relation.OTHER: other, Relation.ABSENT: new_id()}[relation]


@asks(f"{_SESSION}.EndSession")
async def _session(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"session_id": _id_of(relation, who.session_id or new_id(), scene.cast["stranger"].session_id)}]


@asks(f"{_SESSION}.ChooseHat")
async def _hat(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"hat_id": _id_of(relation, who.hat_id or new_id(), scene.cast["stranger"].hat_id)}]


@asks(f"{_SESSION}.StepUp")
async def _step_up(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    own = await scene.challenge(who) if relation is Relation.OWN else ""
    other = await scene.challenge(scene.cast["stranger"]) if relation is Relation.OTHER else ""
    return [{"challenge_id": _id_of(relation, own, other), "proof": {"totp": "000000"}}]


@asks(f"{_CREDENTIAL}.RemoveFactor")
async def _factor(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    own = await scene.factor(who) if relation is Relation.OWN else ""
    other = await scene.factor(scene.cast["stranger"]) if relation is Relation.OTHER else ""
    return [{"factor_id": _id_of(relation, own, other)}]


@asks(f"{_PERSON}.GetPerson")
async def _person(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    own = who.person_id if who.session_id else scene.ids["person"]
    return [{"person_id": _id_of(relation, own, scene.ids["foreign_person"])}]
