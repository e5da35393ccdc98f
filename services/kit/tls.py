"""OPS-13: a folder with `ca.crt`, `tls.crt` and `tls.key`, as cert-manager writes it, read anew when it changes."""

from __future__ import annotations

import functools
import ssl
import time
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import structlog

from services.kit.metrics import CERTIFICATE_ENDS
from services.kit.secret_files import mark

LOOK_SECONDS = 1.0
"""The files are looked at no more often than this, however many calls ask."""
AUTHORITY, CERTIFICATE, KEY = "ca.crt", "tls.crt", "tls.key"

_log = structlog.get_logger("kit.tls")


@dataclass(frozen=True, slots=True)
class Material:
    """What a folder held when it was read: whom to trust, and, empty where there is none, who one is (PEM)."""

    authority: bytes
    certificate: bytes
    key: bytes = field(repr=False)
    context: ssl.SSLContext = field(repr=False, compare=False)
    """For a client: checks the server's name and shows the certificate."""

    def for_channel(self) -> grpc.ChannelCredentials:
        """Credentials of a gRPC client, which checks the server's name."""
        return grpc.ssl_channel_credentials(self.authority, self.key or None, self.certificate or None)


class TlsFolder:
    """One folder. What is half written, or does not fit together, is not taken: the former stays in use.

    Raises OSError or ValueError naming the folder when it is so at the start.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = [folder / name for name in (AUTHORITY, CERTIFICATE, KEY)]
        self._marks = self._seen()
        self._material = _read(folder)
        self._look_next = time.monotonic() + LOOK_SECONDS
        self._tell_end()

    def look(self) -> Material:
        """What counts now: the same object until the files have changed."""
        now = time.monotonic()
        if now >= self._look_next:
            self._look_next = now + LOOK_SECONDS
            self._take()
        return self._material

    def _take(self) -> None:
        marks = self._seen()
        if marks == self._marks:
            return
        try:
            material = _read(self._folder)
        except (OSError, ValueError) as error:
            _log.error("changed certificates cannot be used", folder=str(self._folder), error=str(error))
            return
        if self._seen() == marks:  # nobody wrote meanwhile
            self._marks, self._material = marks, material
            self._tell_end()
            _log.info("changed certificates are in use", folder=str(self._folder))

    def _tell_end(self) -> None:
        from cryptography import x509  # noqa: PLC0415  (as below)

        if self._material.certificate:
            ends = x509.load_pem_x509_certificate(self._material.certificate).not_valid_after_utc
            CERTIFICATE_ENDS.labels(self._folder.name).set(ends.timestamp())

    def _seen(self) -> list[tuple[int, int, int] | None]:
        return [mark(file) for file in self._files]


def folder(path: Path | None) -> TlsFolder | None:
    """The folder at `path`, one for all who ask in this process; None for none. Raises as TlsFolder does."""
    return _folder(path) if path is not None else None


@functools.cache
def _folder(path: Path) -> TlsFolder:
    return TlsFolder(path)


def server_credentials(source: TlsFolder) -> grpc.ServerCredentials:
    """Credentials of a gRPC server that asks every client for a certificate of the same authority.

    Changed files count from the next connection on; those that are open go on until they have reached their age.
    """
    first = source.look()
    if not first.certificate:
        raise ValueError(f"a server needs {CERTIFICATE} and {KEY} beside {AUTHORITY}")
    served = first

    def renewed() -> grpc.ServerCertificateConfiguration | None:
        nonlocal served
        found = source.look()
        if found is served:
            return None
        served = found
        return _configuration(found)

    return grpc.dynamic_ssl_server_credentials(
        _configuration(first),
        renewed,  # type: ignore[arg-type]  # gRPC documents None for "as before", its types forgot it
        require_client_authentication=True,
    )


def _configuration(material: Material) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration([(material.key, material.certificate)], material.authority)


def _read(path: Path) -> Material:
    from cryptography import x509  # noqa: PLC0415  (only those who use TLS pay for it)
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    authority = (path / AUTHORITY).read_bytes()
    certificate, key = (_optional(path / name) for name in (CERTIFICATE, KEY))
    try:
        if not authority.strip():
            raise ValueError(f"{AUTHORITY} is empty")  # which would mean: whom the machine trusts
        if bool(certificate) != bool(key):
            raise ValueError(f"{CERTIFICATE} and {KEY} belong together")
        context = ssl.create_default_context(cadata=authority.decode("ascii"))
        if certificate:
            own = serialization.load_pem_private_key(key, None).public_key()
            if own != x509.load_pem_x509_certificate(certificate).public_key():
                raise ValueError(f"{KEY} is not that of {CERTIFICATE}")
            context.load_cert_chain(path / CERTIFICATE, path / KEY)
    except (ValueError, TypeError, ssl.SSLError) as error:  # TypeError: a key under a passphrase
        raise ValueError(f"{path}: {error}") from None
    return Material(authority, certificate, key, context)


def _optional(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""
