"""Accounts as the portal sees them: the state of the stand-in for identity, registration, persons and credentials.

It decides just enough for pages and routes to meet every kind of answer. The real rules are tested where they live.
"""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from residency.identity.v1 import (
    account_pb2,
    credential_service_pb2,
    credential_service_pb2_grpc,
    person_service_pb2,
    person_service_pb2_grpc,
    registration_service_pb2,
    registration_service_pb2_grpc,
)
from services.kit.auth import ALGORITHM, AUDIENCE, ISSUER, caller
from services.kit.domain import DomainError, Kind

PASSWORD = "correct horse battery"
CAPTCHA, CODE, TOTP = "k7pm", "246810", "123456"
STAFF = {
    "reviewer": ("base_reviewer", "SD-QILU"),
    "administrator": ("base_administrator", "SD-QILU"),
    "province": ("province_administrator", "37"),
    "teaching": ("teaching_department", "SD-QILU"),
    "director": ("department_director", "SD-QILU-NK"),
    "secretary": ("department_secretary", "SD-QILU-NK"),
    "auditor": ("auditor", "37"),
    "support": ("support", "37"),
    "system": ("system_administrator", "37"),
    "security": ("security_administrator", "37"),
    "teacher": ("faculty", ""),
    "applicant": ("applicant", ""),
}
PLACES = {"37": "山东省", "SD-QILU": "山东大学齐鲁医院", "SD-QILU-NK": "内科"}


def instant(at: datetime) -> Timestamp:
    """A timestamp for a message."""
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def soon(**delta: float) -> Timestamp:
    """A timestamp from now."""
    return instant(datetime.now(UTC) + timedelta(**delta))


@dataclass
class Account:
    """One person with one hat or several."""

    person_id: str
    hats: list[account_pb2.Hat]
    held: bool = False
    verified: bool = True
    two_factors: bool = False
    password: str = PASSWORD


def hat_of(role: str, organisation: str) -> account_pb2.Hat:
    """A hat with an id of its own."""
    return account_pb2.Hat(
        hat_id=str(uuid.uuid4()),
        role=f"ROLE_{role.upper()}",
        organisation_code=organisation,
        organisation_name=PLACES.get(organisation, ""),
    )


def role_name(hat: account_pb2.Hat | None) -> str:
    """The role of a hat as it stands in a token."""
    return account_pb2.Role.Name(hat.role).removeprefix("ROLE_").lower() if hat is not None else "unchosen"


class Accounts(
    registration_service_pb2_grpc.RegistrationServiceServicer,
    credential_service_pb2_grpc.CredentialServiceServicer,
    person_service_pb2_grpc.PersonServiceServicer,
):
    """Accounts in a dictionary, tokens signed with a key of their own."""

    def __init__(self) -> None:
        self._key = OKPKey.generate_key("Ed25519", {"kid": "test"}, private=True)
        self.accounts = {login: Account(str(uuid.uuid4()), [hat_of(*hat)]) for login, hat in STAFF.items()}
        self.seconds = 600.0
        """How long access tokens live."""
        self.refreshable: dict[str, tuple[str, str, account_pb2.Hat | None]] = {}
        self._registrations: dict[str, registration_service_pb2.VerifyIdentityRequest] = {}

    @property
    def people(self) -> dict[str, tuple[str, str, str]]:
        """Login → person id, role, organisation."""
        return {
            login: (each.person_id, role_name(each.hats[0]), each.hats[0].organisation_code)
            for login, each in self.accounts.items()
        }

    def token(
        self,
        login: str,
        seconds: float = 3600,
        *,
        hat: account_pb2.Hat | None = None,
        role: str = "",
        proved: bool = True,
        **claims: object,
    ) -> str:
        """A token of the person with `login`; by default with the first hat, and a factor just proved."""
        account = self.accounts[login]
        hat = hat or account.hats[0]
        now = datetime.now(UTC).timestamp()
        whole = {
            "sub": account.person_id,
            "role": role or role_name(hat),
            "org": hat.organisation_code,
            "sid": f"session of {login}",
            "iss": ISSUER,
            "aud": AUDIENCE,
            "exp": int(now + seconds),
            "jti": str(uuid.uuid4()),
        }
        if proved:
            whole["proved"] = int(now)
        return jwt.encode({"alg": ALGORITHM, "kid": "test"}, whole | claims, self._key, algorithms=[ALGORITHM])

    def refresh_token(self, login: str) -> str:
        """A refresh token of a session of the person with `login`."""
        token = secrets.token_urlsafe(32)
        self.refreshable[token] = (login, "", self.accounts[login].hats[0])
        return token

    def key_set(self) -> str:
        """The public key."""
        return json.dumps(KeySet([self._key]).as_dict(private=False))

    def login_of(self, person_id: str) -> str:
        """Whose id it is."""
        return next(login for login, each in self.accounts.items() if each.person_id == person_id)

    def person(self, login: str, role: str = "") -> account_pb2.Person:
        """The person as others see them."""
        account = self.accounts[login]
        return account_pb2.Person(
            person_id=account.person_id,
            name="李测试",
            role=f"ROLE_{(role or role_name(account.hats[0])).upper()}",
            organisation_code=account.hats[0].organisation_code,
            masked_document="3701************18",
            masked_mobile="138****0000",
            document_type=account_pb2.DOCUMENT_TYPE_RESIDENT_ID,
            verified=account.verified,
            state=account_pb2.ACCOUNT_STATE_HELD if account.held else account_pb2.ACCOUNT_STATE_ACTIVE,
        )

    def signed_in(self, login: str, hat: account_pb2.Hat | None = None, role: str = "") -> account_pb2.SignedIn:
        """A fresh session."""
        account = self.accounts[login]
        chosen = hat or (account.hats[0] if len(account.hats) == 1 else None)
        refresh = secrets.token_urlsafe(32)
        self.refreshable[refresh] = (login, role, chosen)
        return account_pb2.SignedIn(
            person=self.person(login),
            tokens=account_pb2.Tokens(
                access=self.access(login, chosen, role),
                refresh=account_pb2.Token(value=refresh, expires_at=soon(minutes=30)),
                session_id=str(uuid.uuid4()),
            ),
            hats=account.hats,
            hat=chosen,
        )

    def access(self, login: str, hat: account_pb2.Hat | None, role: str = "") -> account_pb2.Token:
        """A fresh access token."""
        value = self.token(login, self.seconds, hat=hat, role=role or ("" if hat else "unchosen"))
        return account_pb2.Token(value=value, expires_at=soon(seconds=self.seconds))

    # Registration

    async def CreateCaptcha(self, request: Any, context: Any) -> Any:
        return registration_service_pb2.CreateCaptchaResponse(captcha_id=str(uuid.uuid4()))

    async def GetCaptchaPicture(self, request: Any, context: Any) -> Any:
        if request.audio:
            return registration_service_pb2.GetCaptchaPictureResponse(content=b"RIFF", media_type="audio/wav")
        return registration_service_pb2.GetCaptchaPictureResponse(content=_PIXEL, media_type="image/png")

    async def VerifyIdentity(self, request: Any, context: Any) -> Any:
        _check_captcha(request)
        if request.document_type == account_pb2.DOCUMENT_TYPE_RESIDENT_ID and len(request.document_number) != 18:
            message = "居民身份证号码须为 18 位。"
            raise DomainError(Kind.INVALID, "RESIDENT_ID_LENGTH", message, field="document_number", rule="ID-01")
        registration = str(uuid.uuid4())
        self._registrations[registration] = request
        return registration_service_pb2.VerifyIdentityResponse(
            registration_id=registration, expires_at=soon(minutes=30), masked_document="3701************34"
        )

    async def SendRegistrationCode(self, request: Any, context: Any) -> Any:
        self._registration(request)
        _check_mobile(request.mobile)
        return registration_service_pb2.SendRegistrationCodeResponse(
            expires_at=soon(minutes=5), again_at=soon(seconds=60)
        )

    async def CreateAccount(self, request: Any, context: Any) -> Any:
        begun = self._registration(request)
        _check_code(request.code)
        if request.login in self.accounts:
            raise DomainError(Kind.CONFLICT, "LOGIN_TAKEN", "该登录名已被使用。", field="login")
        role = account_pb2.Role.Name(begun.role).removeprefix("ROLE_").lower()
        self.accounts[request.login] = Account(str(uuid.uuid4()), [hat_of(role, "")], password=request.password)
        return registration_service_pb2.CreateAccountResponse(signed_in=self.signed_in(request.login))

    async def CancelRegistration(self, request: Any, context: Any) -> Any:
        self._registrations.pop(request.registration_id, None)
        return registration_service_pb2.CancelRegistrationResponse()

    def _registration(self, request: Any) -> registration_service_pb2.VerifyIdentityRequest:
        begun = self._registrations.get(request.registration_id)
        if begun is None:
            raise DomainError(Kind.NOT_FOUND, "REGISTRATION_UNKNOWN", "注册已过期，请重新开始。")
        return begun

    # Persons

    async def GetMe(self, request: Any, context: Any) -> Any:
        login = self.login_of(caller().person_id)
        account = self.accounts[login]
        hat = next((hat for hat in account.hats if role_name(hat) == caller().role), None)
        return person_service_pb2.GetMeResponse(
            person=self.person(login),
            hat=hat,
            login=login,
            bound_at=soon(days=-2) if account.verified else None,
            bindable_from=soon(days=28),
        )

    async def BindRealName(self, request: Any, context: Any) -> Any:
        self.accounts[self.login_of(caller().person_id)].verified = True
        return person_service_pb2.BindRealNameResponse(person=self.person(self.login_of(caller().person_id)))

    async def UnbindRealName(self, request: Any, context: Any) -> Any:
        _check_password(request.password)
        self.accounts[self.login_of(caller().person_id)].verified = False
        return person_service_pb2.UnbindRealNameResponse(bindable_from=soon(days=28))

    async def ExportMyData(self, request: Any, context: Any) -> Any:
        return person_service_pb2.ExportMyDataResponse(json=json.dumps({"login": self.login_of(caller().person_id)}))

    # Credentials

    async def ChangePassword(self, request: Any, context: Any) -> Any:
        _check_password(request.current_password)
        self.accounts[self.login_of(caller().person_id)].password = request.new_password
        return credential_service_pb2.ChangePasswordResponse()

    async def SendRecoveryCode(self, request: Any, context: Any) -> Any:
        _check_captcha(request)
        return credential_service_pb2.SendRecoveryCodeResponse(
            recovery_id=str(uuid.uuid4()), expires_at=soon(minutes=5), again_at=soon(seconds=60)
        )

    async def ResetPassword(self, request: Any, context: Any) -> Any:
        _check_code(request.code)
        return credential_service_pb2.ResetPasswordResponse()

    async def ListFactors(self, request: Any, context: Any) -> Any:
        factor = credential_service_pb2.Factor(
            factor_id=str(uuid.uuid4()), kind="passkey", label="办公室电脑", enrolled_at=soon(days=-30)
        )
        return credential_service_pb2.ListFactorsResponse(factors=[factor], recovery_codes_left=8)

    async def BeginTotp(self, request: Any, context: Any) -> Any:
        uri = "otpauth://totp/residency:test?secret=JBSWY3DPEHPK3PXP&issuer=residency"
        return credential_service_pb2.BeginTotpResponse(otpauth_uri=uri, secret="JBSWY3DPEHPK3PXP")

    async def ConfirmTotp(self, request: Any, context: Any) -> Any:
        if request.code != TOTP:
            raise DomainError(Kind.INVALID, "CODE_WRONG", "数字不对，请重试。", field="code")
        login = self.login_of(caller().person_id)
        codes = [f"abcd{number}-fghij" for number in range(10)]
        goes_on = self.signed_in(login) if caller().role == "enrolling" else None
        return credential_service_pb2.ConfirmTotpResponse(recovery_codes=codes, signed_in=goes_on)

    async def BeginPasskey(self, request: Any, context: Any) -> Any:
        return credential_service_pb2.BeginPasskeyResponse(options_json="{}")

    async def ConfirmPasskey(self, request: Any, context: Any) -> Any:
        return credential_service_pb2.ConfirmPasskeyResponse()

    async def RemoveFactor(self, request: Any, context: Any) -> Any:
        return credential_service_pb2.RemoveFactorResponse()

    async def SendMobileCode(self, request: Any, context: Any) -> Any:
        _check_captcha(request)
        _check_mobile(request.mobile)
        return credential_service_pb2.SendMobileCodeResponse(expires_at=soon(minutes=5), again_at=soon(seconds=60))

    async def ChangeMobile(self, request: Any, context: Any) -> Any:
        _check_code(request.code)
        _check_password(request.password)
        return credential_service_pb2.ChangeMobileResponse()


_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


def _check_captcha(request: Any) -> None:
    if request.captcha_answer != CAPTCHA:
        raise DomainError(Kind.INVALID, "CAPTCHA_WRONG", "验证码不正确，请重新输入。", field="captcha_answer")


def _check_mobile(mobile: str) -> None:
    if not mobile.isdigit() or len(mobile) != 11:
        raise DomainError(Kind.INVALID, "MOBILE_FORMAT", "手机号码格式有误。", field="mobile")


def _check_code(code: str) -> None:
    if code != CODE:
        raise DomainError(Kind.INVALID, "CODE_WRONG", "短信验证码不正确。", field="code")


def _check_password(password: str) -> None:
    if password != PASSWORD:
        raise DomainError(Kind.INVALID, "PASSWORD_WRONG", "密码不正确。", field="password")
