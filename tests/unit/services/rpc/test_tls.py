"""A server's certificate in two files, which others replace while it serves."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from services.gateways.certificates import certify_server, make_authority, private_pem
from services.rpc.tls import CertificateFiles
from services.settings import Settings, SettingsError

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
AUTHORITY = make_authority("Regulars", NOW)


def pair() -> tuple[bytes, bytes]:
    """A certificate and its key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = certify_server(AUTHORITY, key.public_key(), ("shop.test", "10.0.0.5"), NOW)
    return made.pem.encode(), private_pem(key)


def put(folder: Path, certificate: bytes, key: bytes, at_seconds: int) -> tuple[Path, Path]:
    files = folder / "server.pem", folder / "server.key"
    for file, text in zip(files, (certificate, key), strict=True):
        file.write_bytes(text)
        os.utime(file, (at_seconds, at_seconds))
    return files


def test_a_replaced_certificate_is_served_without_a_restart(tmp_path: Path) -> None:
    source = CertificateFiles(*put(tmp_path, *pair(), 1))
    certificate, key = pair()
    put(tmp_path, certificate, key, 2)
    assert (source().chain, source().private_key) == (certificate, key)


def test_the_last_pair_that_fits_together_stays(tmp_path: Path) -> None:
    files = put(tmp_path, *pair(), 1)
    source = CertificateFiles(*files)
    before = source()
    files[0].write_bytes(pair()[0])
    assert source() is before
    files[1].unlink()
    assert source() is before


@pytest.mark.parametrize("wrong", [b"", b"no PEM", pair()[1]])
def test_a_start_with_files_that_do_not_fit_says_so(tmp_path: Path, wrong: bytes) -> None:
    certificate, _ = pair()
    with pytest.raises(SettingsError, match="tls_"):
        CertificateFiles(*put(tmp_path, certificate, wrong, 1))


def test_tls_is_spoken_off_this_machine_unless_said_otherwise() -> None:
    assert Settings().is_plaintext
    assert not Settings(host="0.0.0.0").is_plaintext
    assert not Settings(tls_names="shop.test").is_plaintext
    assert Settings(host="0.0.0.0", plaintext=True).is_plaintext


def test_settings_of_tls_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="go together"):
        Settings(tls_key=tmp_path)
    with pytest.raises(ValueError, match="exclude each other"):
        Settings(plaintext=True, tls_names="shop.test")
