"""How a gateway becomes ours: a token once, a certificate, its renewal and its end. TLS is real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from regulars.gateways.v1 import gateways_service_pb2 as pb
from regulars.gateways.v1.gateways_service_pb2_grpc import GatewaysServiceStub
from regulars.presence.v1 import presence_service_pb2 as presence
from sqlalchemy import select

from beacon_gateway.access.credentials import NewKey, new_key
from services.composition import House, create_key, live_keys, renew_keyring
from services.gateways.certificates import make_authority, pem_of, private_pem
from services.gateways.rules import RotationUnderWayError
from services.gateways.use_cases.authorities import open_authorities, replace_authority, rotate_authority
from services.gateways.use_cases.devices import add_gateway, revoke_gateway
from services.settings import Settings
from services.storage import keys
from services.storage.tables import gateway_authorities, gateway_tokens
from tests.conftest import CallerOf
from tests.integration.gateway import Gateway, connected
from tests.integration.shop import Caller, ManualClock, Refusal, order, refusal, stream_refusal

NAME = "harbour-door"
OVER_SECONDS = 10.0  # five times the server's own interval between two looks


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))  # TLS looks at the machine's clock


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        port=0,
        gateway_port=0,
        console_port=0,
        tls_names="shop.test",
    )


def roots(house: House) -> bytes:
    return pem_of(open_authorities(house.database).presented(house.clock.now()))


def channel_to(
    port: int, authority: bytes, key: bytes | None = None, certificate: bytes | None = None
) -> grpc.aio.Channel:
    credentials = grpc.ssl_channel_credentials(authority, key, certificate)
    return grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials)


@asynccontextmanager
async def stranger(house: House) -> AsyncIterator[Caller]:
    """Who has nothing but the server's address and authority."""
    async with channel_to(house.rpc.port, roots(house)) as channel:
        yield Caller(channel, ())


@asynccontextmanager
async def certified(house: House, key: NewKey, certificate: str) -> AsyncIterator[Caller]:
    """Who shows a certificate."""
    async with certified_by(house, roots(house), key, certificate) as caller:
        yield caller


@asynccontextmanager
async def certified_by(
    house: House, authorities: bytes, key: NewKey, certificate: str
) -> AsyncIterator[Caller]:
    """Who shows a certificate, and trusts these authorities of the server's."""
    pair = key.private_key.encode(), certificate.encode()
    async with channel_to(house.rpc.gateway_port, authorities, *pair) as channel:
        yield Caller(channel, ())


def issuer_of(certificate: str) -> bytes | None:
    """Names the key that has signed it."""
    read = x509.load_pem_x509_certificate(certificate.encode())
    return read.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier


async def enrol(house: House, token: str, key: NewKey) -> pb.EnrolGatewayResponse:
    async with stranger(house) as caller:
        asked = pb.EnrolGatewayRequest(token=token, certificate_request=key.request)
        answer: pb.EnrolGatewayResponse = await caller.call(stub(caller).EnrolGateway, asked)
        return answer


async def renew(caller: Caller, key: NewKey) -> pb.RenewGatewayResponse:
    asked = pb.RenewGatewayRequest(certificate_request=key.request)
    answer: pb.RenewGatewayResponse = await caller.call(stub(caller).RenewGateway, asked)
    return answer


def stub(caller: Caller) -> Any:
    channel: Any = caller.channel  # typed for the blocking API alone
    return GatewaysServiceStub(channel)


@asynccontextmanager
async def enrolled(house: House, name: str = NAME) -> AsyncIterator[Caller]:
    key = new_key()
    answer = await enrol(house, add_gateway(house.database, name, "harbour"), key)
    async with certified(house, key, answer.certificate) as caller:
        yield caller


async def test_a_token_becomes_a_certificate_for_thirty_days_that_names_the_gateway(
    house: House, clock: ManualClock
) -> None:
    answer = await enrol(house, add_gateway(house.database, NAME, "harbour"), new_key())
    certificate = x509.load_pem_x509_certificate(answer.certificate.encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [f"spiffe://regulars/gateway/{NAME}"]
    assert certificate.not_valid_after_utc == (clock.now() + timedelta(days=30)).replace(microsecond=0)
    assert (answer.gateway, answer.store, answer.port) == (NAME, "harbour", house.rpc.gateway_port)


async def test_a_gateway_with_a_certificate_needs_no_key(house: House) -> None:
    async with enrolled(house) as caller, connected(caller, name=NAME, store="harbour") as gateway:
        assert gateway.acked == 0


async def test_a_certificate_carries_the_scope_of_a_gateway_and_no_other(house: House) -> None:
    async with enrolled(house) as caller:
        refused = await refusal(caller.record_order(order()))
    assert (refused.reason, refused.facts["needs"]) == ("SCOPE_MISSING", "backend")


async def test_a_gateway_may_not_speak_for_another(house: House) -> None:
    async with enrolled(house) as caller:
        hello = presence.Hello(gateway="camden-door", store="camden", epoch="epoch-0001")
        asked = presence.SessionRequest(hello=hello)
        refused = await stream_refusal(caller.stream(caller.presence.Session, iter([asked])))
    assert (refused.code, refused.reason) == (grpc.StatusCode.PERMISSION_DENIED, "OTHER_GATEWAY")


async def test_of_many_who_use_a_token_at_once_one_gets_in(house: House) -> None:
    token = add_gateway(house.database, NAME, "harbour")
    answers = await asyncio.gather(
        *(enrol(house, token, new_key()) for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(one, pb.EnrolGatewayResponse) for one in answers) == 1


async def test_a_token_ends_after_a_day(house: House, clock: ManualClock) -> None:
    token = add_gateway(house.database, NAME, "harbour")
    clock.advance(hours=24)
    refused = await refusal(enrol(house, token, new_key()))
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")


@pytest.mark.parametrize("wrong", ["", "rgt", "rgt_abc", "rk_00000000_secret", "rgt_00000000_secret"])
async def test_a_token_that_was_never_made_lets_nobody_in(house: House, wrong: str) -> None:
    refused = await refusal(enrol(house, wrong, new_key()))
    assert refused.reason == ("TOKEN_INVALID" if wrong else "INVALID")


async def test_a_second_token_for_a_name_ends_the_first(house: House) -> None:
    first = add_gateway(house.database, NAME, "harbour")
    add_gateway(house.database, NAME, "harbour")
    assert (await refusal(enrol(house, first, new_key()))).reason == "TOKEN_INVALID"


def rsa_request() -> str:
    key = rsa.generate_private_key(65537, 2048)
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def unproven_request() -> str:
    """A request whose signature is another one's."""
    mine, other = (x509.load_pem_x509_csr(new_key().request.encode()) for _ in range(2))
    body = mine.public_bytes(Encoding.DER)
    forged = body.replace(mine.signature, other.signature) if mine.signature != other.signature else body
    return x509.load_der_x509_csr(forged).public_bytes(Encoding.PEM).decode()


FOREIGN: dict[str, Callable[[], str]] = {
    "garbage": lambda: "garbage",
    "rsa": rsa_request,
    "key": lambda: new_key().private_key,
}


@pytest.mark.parametrize("kind", FOREIGN)
async def test_what_is_no_request_of_ours_is_refused_and_leaves_the_token(house: House, kind: str) -> None:
    token = add_gateway(house.database, NAME, "harbour")
    refused = await refusal(enrol(house, token, NewKey("", FOREIGN[kind]())))
    assert (refused.code, refused.reason) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "CERTIFICATE_REQUEST_INVALID",
    )
    await enrol(house, token, new_key())


async def test_a_request_whose_sender_does_not_own_the_key_is_refused(house: House) -> None:
    token = add_gateway(house.database, NAME, "harbour")
    while True:  # signatures differ in length now and then, and then a forged one cannot be read at all
        try:
            forged = unproven_request()
            break
        except ValueError:
            continue
    refused = await refusal(enrol(house, token, NewKey("", forged)))
    assert refused.reason == "CERTIFICATE_REQUEST_INVALID"


async def test_a_revoked_gateway_is_refused(house: House) -> None:
    async with enrolled(house) as caller:
        revoke_gateway(house.database, NAME)
        await renew_keyring(house)
        refused = await refusal(renew(caller, new_key()))
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "CERTIFICATE_REVOKED")


async def ended(gateway: Gateway) -> str:
    """Why the server ended an open session."""

    async def never() -> None:
        await gateway.wait_for(lambda: False)

    async with asyncio.timeout(OVER_SECONDS):
        return str((await refusal(never())).reason)


@asynccontextmanager
async def doomed(caller: Caller, name: str) -> AsyncIterator[Gateway]:
    """A session that the server is going to end: hanging up tells the reason once more."""
    with suppress(grpc.aio.AioRpcError):
        async with connected(caller, name=name, store="harbour") as gateway:
            yield gateway


async def test_an_open_stream_ends_within_seconds_of_the_revocation(house: House) -> None:
    async with enrolled(house) as caller, doomed(caller, NAME) as gateway:
        revoke_gateway(house.database, NAME)
        assert await ended(gateway) == "CERTIFICATE_REVOKED"


async def test_the_revocation_of_one_gateway_leaves_the_others_alone(house: House) -> None:
    async with (
        enrolled(house) as caller,
        connected(caller, name=NAME, store="harbour") as gateway,
        enrolled(house, "lost"),
    ):
        revoke_gateway(house.database, "lost")
        await renew_keyring(house)
        await gateway.report("ENTER", b"stranger", datetime.now(UTC))


async def test_an_open_stream_ends_with_its_certificate(house: House, clock: ManualClock) -> None:
    async with enrolled(house) as caller, doomed(caller, NAME) as gateway:
        clock.advance(days=30)
        assert await ended(gateway) == "CERTIFICATE_EXPIRED"


async def test_an_open_stream_ends_with_its_key(house: House) -> None:
    new = create_key(house.database, "old", ("gateway",))
    house.keyring.replace(live_keys(house.database))
    async with channel_to(house.rpc.port, roots(house)) as channel:
        caller = Caller(channel, (("authorization", f"Bearer {new.text}"),))
        async with doomed(caller, "any") as gateway:
            revoke(house, new.key.key_id)
            assert await ended(gateway) == "KEY_INVALID"


def revoke(house: House, key_id: str) -> None:
    with house.database.engine.begin() as connection:
        assert keys.revoke_key(connection, key_id, house.clock.now())


async def test_enrolling_anew_ends_the_certificates_before(house: House) -> None:
    async with enrolled(house) as lost, enrolled(house) as found:
        refused = await refusal(renew(lost, new_key()))
        assert refused.reason in {"CERTIFICATE_MISSING", "CERTIFICATE_REVOKED"}
        await renew(found, new_key())


async def test_a_renewed_certificate_counts_beside_the_one_before(house: House, clock: ManualClock) -> None:
    key = new_key()
    async with enrolled(house) as caller:
        clock.advance(days=20)
        answer = await renew(caller, key)
        await renew(caller, new_key())
    assert answer.expires_at.ToDatetime(UTC) == (clock.now() + timedelta(days=30)).replace(microsecond=0)


async def test_a_renewed_certificate_opens_a_session(house: House) -> None:
    key = new_key()
    async with enrolled(house) as caller:
        answer = await renew(caller, key)
    async with (
        certified(house, key, answer.certificate) as caller,
        connected(caller, name=NAME, store="harbour") as gateway,
    ):
        assert gateway.acked == 0


async def test_a_caller_with_a_key_is_given_no_certificate(house: House) -> None:
    new = create_key(house.database, "store", ("gateway",))
    house.keyring.replace(live_keys(house.database))
    async with channel_to(house.rpc.port, roots(house)) as channel:
        caller = Caller(channel, (("authorization", f"Bearer {new.text}"),))
        refused = await refusal(renew(caller, new_key()))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CERTIFICATE_MISSING")


async def test_the_gateways_door_opens_to_no_other_authoritys_certificate(
    house: House, clock: ManualClock
) -> None:
    foreign = make_authority("Regulars", clock.now())
    for pair in ((None, None), (private_pem(foreign.private_key), foreign.pem)):
        async with channel_to(house.rpc.gateway_port, roots(house), *pair) as channel:
            refused = await refusal(renew(Caller(channel, ()), new_key()))
        assert refused.code is grpc.StatusCode.UNAVAILABLE


async def test_the_server_shows_a_certificate_under_each_of_its_names(house: House) -> None:
    for name in ("shop.test", "localhost"):
        options = (("grpc.ssl_target_name_override", name),)
        credentials = grpc.ssl_channel_credentials(roots(house))
        address = f"127.0.0.1:{house.rpc.port}"
        async with grpc.aio.secure_channel(address, credentials, options=options) as channel:
            refused = await refusal(Caller(channel, ()).record_order(order()))
        assert refused.reason == "KEY_MISSING"


async def test_secrets_lie_in_the_database_hashed_or_sealed(house: House) -> None:
    token = add_gateway(house.database, NAME, "harbour")
    key = private_pem(open_authorities(house.database).known[0].private_key)
    with house.database.engine.connect() as connection:
        kept = [*connection.execute(select(gateway_tokens)), *connection.execute(select(gateway_authorities))]
    text = repr([tuple(row) for row in kept]).encode()
    assert token.rpartition("_")[2].encode() not in text
    assert key.splitlines()[1] not in text


async def test_a_name_that_is_no_part_of_a_uri_is_refused(house: House) -> None:
    for name in ("", "a/b", "..", "a b", "x" * 65):
        with pytest.raises(Exception, match="must be up to 64 letters"):
            add_gateway(house.database, name, "harbour")


async def test_an_answer_that_was_lost_is_given_again_to_the_same_key(house: House) -> None:
    token, key = add_gateway(house.database, NAME, "harbour"), new_key()
    for _ in range(2):
        answer = await enrol(house, token, key)
    async with (
        certified(house, key, answer.certificate) as caller,
        connected(caller, name=NAME, store="harbour") as gateway,
    ):
        assert gateway.acked == 0


async def test_of_many_who_repeat_one_enrolment_at_once_all_get_the_same_gateway_in(house: House) -> None:
    token, key = add_gateway(house.database, NAME, "harbour"), new_key()
    answers = await asyncio.gather(*(enrol(house, token, key) for _ in range(4)))
    for answer in answers:
        async with certified(house, key, answer.certificate) as caller:
            await renew(caller, new_key())


async def test_an_enrolment_is_repeated_to_no_other_key(house: House) -> None:
    token = add_gateway(house.database, NAME, "harbour")
    await enrol(house, token, new_key())
    assert (await refusal(enrol(house, token, new_key()))).reason == "TOKEN_INVALID"


async def test_an_enrolment_is_repeated_for_an_hour(house: House, clock: ManualClock) -> None:
    token, key = add_gateway(house.database, NAME, "harbour"), new_key()
    await enrol(house, token, key)
    clock.advance(minutes=59)
    await enrol(house, token, key)
    clock.advance(minutes=1)
    assert (await refusal(enrol(house, token, key))).reason == "TOKEN_INVALID"


async def test_an_enrolment_is_not_repeated_after_the_revocation_or_a_new_token(house: House) -> None:
    token, key = add_gateway(house.database, NAME, "harbour"), new_key()
    await enrol(house, token, key)
    revoke_gateway(house.database, NAME)
    assert (await refusal(enrol(house, token, key))).reason == "TOKEN_INVALID"
    token = add_gateway(house.database, NAME, "harbour")
    await enrol(house, token, key)
    add_gateway(house.database, NAME, "harbour")
    assert (await refusal(enrol(house, token, key))).reason == "TOKEN_INVALID"


async def speaking_for(caller: Caller, store: str) -> Refusal:
    hello = presence.Hello(gateway=NAME, store=store, epoch="epoch-0001")
    asked = presence.SessionRequest(hello=hello)
    return await stream_refusal(caller.stream(caller.presence.Session, iter([asked])))


async def test_a_gateway_speaks_only_for_the_store_it_was_enrolled_for(house: House) -> None:
    async with enrolled(house) as caller:
        refused = await speaking_for(caller, "camden")
    assert (refused.code, refused.reason) == (grpc.StatusCode.PERMISSION_DENIED, "OTHER_STORE")
    assert refused.facts["enrolled"] == "harbour"
    assert "enrolled anew" in refused.message


async def test_the_next_certificate_is_for_the_same_store(house: House) -> None:
    key = new_key()
    async with enrolled(house) as caller:
        answer = await renew(caller, key)
    async with certified(house, key, answer.certificate) as caller:
        assert (await speaking_for(caller, "camden")).reason == "OTHER_STORE"


@pytest.mark.parametrize("store", ["", " harbour", "x" * 65, "har\nbour"])
async def test_a_store_that_no_certificate_can_name_is_refused(house: House, store: str) -> None:
    with pytest.raises(Exception, match="must be up to 64 letters"):
        add_gateway(house.database, NAME, store)


OVERLAP = timedelta(minutes=30)  # TLS looks at the machine's clock, and certificates count an hour before


async def hand_over(house: House, clock: ManualClock) -> None:
    clock.move_to(clock.now() + OVERLAP)
    await renew_keyring(house)


async def test_a_gateway_speaks_on_while_one_authority_hands_over_to_the_next(
    house: House, clock: ManualClock
) -> None:
    old = roots(house)
    key, next_key = new_key(), new_key()
    first = await enrol(house, add_gateway(house.database, NAME, "harbour"), key)
    rotate_authority(house.database, OVERLAP)
    await renew_keyring(house)
    async with certified_by(house, old, key, first.certificate) as caller:
        second = await renew(caller, next_key)
    assert second.authorities.encode() == roots(house)
    assert second.authorities.count("BEGIN CERTIFICATE") == 2
    await hand_over(house, clock)
    learned = second.authorities.encode()
    for pair in ((key, first.certificate), (next_key, second.certificate)):  # both of the old authority
        async with (
            certified_by(house, learned, *pair) as caller,
            connected(caller, name=NAME, store="harbour") as gateway,
        ):
            assert gateway.acked == 0
    async with certified_by(house, learned, next_key, second.certificate) as caller:
        third = await renew(caller, key)
    assert issuer_of(third.certificate) != issuer_of(second.certificate)
    async with certified_by(house, third.authorities.encode(), key, third.certificate) as caller:
        await renew(caller, new_key())


async def test_who_never_learned_the_new_authority_does_not_trust_it(
    house: House, clock: ManualClock
) -> None:
    old, key = roots(house), new_key()
    answer = await enrol(house, add_gateway(house.database, NAME, "harbour"), key)
    rotate_authority(house.database, OVERLAP)
    await hand_over(house, clock)
    async with certified_by(house, old, key, answer.certificate) as caller:
        assert (await refusal(renew(caller, new_key()))).code is grpc.StatusCode.UNAVAILABLE


async def test_what_the_old_authority_certified_ends_by_itself_and_the_authority_with_it(
    house: House, clock: ManualClock
) -> None:
    rotate_authority(house.database, OVERLAP)
    with pytest.raises(RotationUnderWayError):
        rotate_authority(house.database, OVERLAP)
    clock.advance(days=31)
    (left,) = open_authorities(house.database).trusted(clock.now())
    assert left == open_authorities(house.database).signing(clock.now())
    rotate_authority(house.database)
    assert len(open_authorities(house.database).known) == 2


async def test_by_itself_an_authority_hands_over_when_every_certificate_that_counts_came_with_the_next(
    house: House, clock: ManualClock
) -> None:
    takes_over_at = rotate_authority(house.database)
    assert takes_over_at - clock.now() == timedelta(days=31)


async def test_after_a_leak_nothing_that_was_certified_counts(house: House) -> None:
    async with enrolled(house) as caller, doomed(caller, NAME) as gateway:
        assert replace_authority(house.database) == 1
        assert await ended(gateway) == "CERTIFICATE_REVOKED"
    await renew_keyring(house)
    async with enrolled(house) as caller, connected(caller, name=NAME, store="harbour") as gateway:
        assert gateway.acked == 0


class TestInPlaintext:
    @pytest.fixture
    def settings(self, database_url: str, tmp_path: Path) -> Settings:
        return Settings(data_dir=tmp_path, database_url=database_url, port=0, console_port=0)

    async def test_no_certificate_is_given(self, house: House, caller_of: CallerOf) -> None:
        token = add_gateway(house.database, NAME, "harbour")
        caller = caller_of("gateway")
        asked = pb.EnrolGatewayRequest(token=token, certificate_request=new_key().request)
        refused = await refusal(caller.call(stub(caller).EnrolGateway, asked))
        assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "TLS_MISSING")
