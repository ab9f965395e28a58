"""One table maps a kind of error to its gRPC status, with google.rpc details (AIP-193)."""

from __future__ import annotations

from typing import Final

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

from services import errors

DOMAIN: Final = "regulars"
STATUS_DETAILS_KEY: Final = "grpc-status-details-bin"

STATUS_OF_KIND: Final[tuple[tuple[type[errors.RegularsError], grpc.StatusCode], ...]] = (
    (errors.InvalidError, grpc.StatusCode.INVALID_ARGUMENT),
    (errors.NotFoundError, grpc.StatusCode.NOT_FOUND),
    (errors.DuplicateError, grpc.StatusCode.ALREADY_EXISTS),
    (errors.WrongStateError, grpc.StatusCode.FAILED_PRECONDITION),
    (errors.UnauthenticatedError, grpc.StatusCode.UNAUTHENTICATED),
    (errors.DeniedError, grpc.StatusCode.PERMISSION_DENIED),
    (errors.ExhaustedError, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (errors.UnavailableError, grpc.StatusCode.UNAVAILABLE),
)


def status_code(error: errors.RegularsError) -> grpc.StatusCode:
    for kind, code in STATUS_OF_KIND:
        if isinstance(error, kind):
            return code
    return grpc.StatusCode.INTERNAL


def status(error: errors.RegularsError) -> status_pb2.Status:
    """The google.rpc.Status of an error: its reason, its facts, and the field at fault."""
    number, _name = status_code(error).value
    facts = {**error.facts, **({"field": error.field} if error.field else {})}
    details = [packed(error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=facts))]
    if isinstance(error, errors.InvalidError) and error.field:
        violation = error_details_pb2.BadRequest.FieldViolation(field=error.field, description=error.message)
        details.append(packed(error_details_pb2.BadRequest(field_violations=[violation])))
    if isinstance(error, errors.ExhaustedError):
        details.append(packed(retry_in_one_second()))
    return status_pb2.Status(code=number, message=str(error), details=details)


def retry_in_one_second() -> error_details_pb2.RetryInfo:
    info = error_details_pb2.RetryInfo()
    info.retry_delay.FromSeconds(1)
    return info


def packed(
    message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest | error_details_pb2.RetryInfo,
) -> any_pb2.Any:
    detail = any_pb2.Any()
    detail.Pack(message)
    return detail
