"""Who this gateway is, in one file: its key, its certificate, and what else the enrolment told.

One file, so that a renewal replaces everything or nothing, also when the power goes. The library for keys and
certificates is loaded only to make them: it takes a tenth of a small device's share of memory.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

OWNER_ONLY: Final = 0o600
RENEWAL_SHARE: Final = 2 / 3  # of the certificate's life: a third is left for a server that is away


class CredentialsError(Exception):
    """The credentials cannot be read; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the enrolment gave.

    port: where the server takes certificates. authority: PEM of the server's own certificate authority,
    empty when any of the system's stands for it. private_key, certificate: PEM. The certificate counts from
    `starts_at_seconds` to `ends_at_seconds`, in Unix time.
    """

    gateway: str
    store: str
    port: int
    authority: str
    private_key: str
    certificate: str
    starts_at_seconds: float
    ends_at_seconds: float

    @property
    def renews_at_seconds(self) -> float:
        """Unix time from which a new certificate should be asked for."""
        return self.starts_at_seconds + RENEWAL_SHARE * (self.ends_at_seconds - self.starts_at_seconds)


def load(path: Path) -> Credentials:
    """The credentials in a file. Raises CredentialsError."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        credentials = Credentials(**{field.name: found[field.name] for field in fields(Credentials)})
        credentials.renews_at_seconds  # noqa: B018  (numbers, or the file is damaged)
    except FileNotFoundError as error:
        raise CredentialsError(f"{path} is not there: run regulars-gateway enrol") from error
    except OSError as error:
        raise CredentialsError(f"{path} cannot be read ({error.strerror}): look at its owner") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CredentialsError(f"{path} is damaged: run regulars-gateway enrol with a new token") from error
    return credentials


@dataclass(frozen=True, slots=True)
class NewKey:
    """A private key that never leaves the device, and the request for its certificate; both PEM."""

    private_key: str
    request: str


def new_key() -> NewKey:
    """A fresh P-256 key."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    text = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key_of(text.decode())


def key_of(private_key: str) -> NewKey:
    """A key (PEM), and a request that names nobody: the server knows whom it certifies. Raises ValueError."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = serialization.load_pem_private_key(private_key.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("no key of an elliptic curve")  # noqa: TRY004  (what is wrong is the text)
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    return NewKey(private_key, request.public_bytes(serialization.Encoding.PEM).decode())


def save(path: Path, credentials: Credentials) -> None:
    """Writes the file whole or not at all, for its owner only. Raises OSError.

    Written by root it belongs to the folder's owner, as whom the gateway runs.
    """
    _write(path, asdict(credentials))


def asking_key(path: Path, token: str) -> NewKey:
    """The key to ask with by a token: the same until `forget_asking`; answers get lost. Raises OSError."""
    file, whose = _asked_file(path), hashlib.sha256(token.encode()).hexdigest()
    try:
        asked = json.loads(file.read_text(encoding="utf-8"))
        if asked["token_sha256"] == whose:
            return key_of(asked["private_key"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        pass  # nothing was asked for, or what is left of it is of no use
    made = new_key()
    _write(file, {"token_sha256": whose, "private_key": made.private_key})
    return made


def forget_asking(path: Path) -> None:
    """What was asked for has come. Raises OSError."""
    _asked_file(path).unlink(missing_ok=True)


def _asked_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.asked")


def _write(path: Path, content: Mapping[str, object]) -> None:
    made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as opened:
            json.dump(content, opened, indent=1)
            if os.geteuid() == 0:
                folder = path.parent.stat()
                os.fchown(opened.fileno(), folder.st_uid, folder.st_gid)
            opened.flush()
            os.fsync(opened.fileno())
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Puts the new name on the disk, too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def validity_of(certificate: str) -> tuple[float, float]:
    """From when to when a certificate (PEM) counts, in Unix time."""
    from cryptography import x509

    found = x509.load_pem_x509_certificate(certificate.encode())
    return found.not_valid_before_utc.timestamp(), found.not_valid_after_utc.timestamp()
