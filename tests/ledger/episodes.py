"""Episodes: the same steps played by the product and by the model, which must agree after each."""

from __future__ import annotations

from collections.abc import Sequence

from tests.integration.shop import NOON
from tests.ledger.club_operations import Erase, OfMerge
from tests.ledger.model import Refused
from tests.ledger.operations import Command, Step
from tests.ledger.people_model import People
from tests.ledger.product import OK, Product
from tests.ledger.programmes import COUPONS, REWARDS, RULES


def new_model() -> People:
    return People(NOON, RULES, REWARDS, COUPONS)


def begin(product: Product) -> None:
    """An empty database at the moment at which every model begins."""
    product.clock.move_to(NOON)
    product.start_anew()


def play(product: Product, steps: Sequence[Step]) -> None:
    """Play an episode from an empty database. Fails where the product does not do as the model says."""
    begin(product)
    model = new_model()
    for step in steps:
        model.elapse(step.after)
        product.elapse(step.after)
        compare(product, model, step.commands)
    alike("violations", product.violations(), [])


def compare(product: Product, model: People, commands: Sequence[Command]) -> None:
    """Ask both; the answers and the accounts must be alike, and what changed hands must be sound."""
    alike("answers", product.ask(commands), answers(model, commands))
    touched = {member for command in commands for member in command.touched()}
    members = sorted(one for one in model.members if touched & {one, *model.person(one)})
    for member, (balance, lots, earned) in product.look(members).items():
        alike(f"balance of {member}", balance, model.balance(member))
        alike(f"lots of {member}", lots, model.free_lots(member))
        if member not in model.mingled:  # else the checks reckon it
            alike(f"points that {member} earned", earned, model.earned(member))
    if any(isinstance(command, (Erase, OfMerge)) for command in commands):
        alike("violations", product.violations(), [])


def alike(what: str, given: object, expected: object) -> None:
    assert given == expected, f"{what}: {given}, should be {expected}"


def answers(model: People, commands: Sequence[Command]) -> list[str]:
    """What the model answers: kind by kind, as the writer takes them, each in order of arrival."""
    given: dict[int, str] = {}
    kinds = [command.asked()[0] for command in commands]
    for kind in dict.fromkeys(kinds):
        for place, command in enumerate(commands):
            if kinds[place] is kind:
                given[place] = answer(model, command)
                model.advance(model.now)
        model.reward()
        model.advance(model.now)
    return [given[place] for place in range(len(commands))]


def answer(model: People, command: Command) -> str:
    """A request that succeeded before is answered as before; the same id for something else is refused.

    What an erased customer asked for is forgotten.
    """
    known = model.requests.get(command.request_id)
    if known is not None and not model.erased & set(known.touched()[:1]):
        return OK if known == command else "REQUEST_ID_REUSED"
    try:
        command.meant(model).play(model)
    except Refused as refusal:
        return str(refusal)
    if command.request_id:
        model.requests[command.request_id] = command
    return OK
