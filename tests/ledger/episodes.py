"""Episodes: the same steps played by the product and by the model, which must agree after each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from tests.integration.shop import NOON
from tests.ledger.club_operations import Erase, OfMerge
from tests.ledger.model import Refused
from tests.ledger.operations import Command, Step
from tests.ledger.people_model import People
from tests.ledger.product import OK, Product
from tests.ledger.programmes import COUPONS, REWARDS, RULES

VERIFIED_EVERY = 40  # steps: the checks read the whole database
SHRINK_RUNS_MAX = 400


@dataclass(frozen=True)
class Disagreement:
    """How the product and the model part. Two of one kind have the same cause, most likely."""

    kind: str
    what: str
    step: int = 0


def new_model() -> People:
    return People(NOON, RULES, REWARDS, COUPONS)


def play(product: Product, steps: Sequence[Step]) -> Disagreement | None:
    """Play an episode from an empty database; None when the product did as the model says."""
    product.clock.move_to(NOON)
    product.start_anew()
    model = new_model()
    for number, step in enumerate(steps):
        now = product.clock.now() + step.after
        product.clock.move_to(now)
        model.advance(now)
        found = compare(product, model, step.commands)
        if found is None and is_verified(number, steps):
            found = broken(product)
        if found is not None:
            return replace(found, step=number)
    return None


def is_verified(number: int, steps: Sequence[Step]) -> bool:
    """Now and then, at the end, and after all that changes hands or disappears."""
    delicate = any(isinstance(command, (Erase, OfMerge)) for command in steps[number].commands)
    return delicate or number % VERIFIED_EVERY == 0 or number == len(steps) - 1


def compare(product: Product, model: People, commands: Sequence[Command]) -> Disagreement | None:
    """How the answers or the accounts differ after these commands; None when they are alike."""
    expected = answers(model, commands)
    given = product.ask(commands)
    if given != expected:
        pairs = {pair for pair in zip(given, expected, strict=True) if pair[0] != pair[1]}
        return Disagreement(f"answers {sorted(pairs)}", f"answers {given}, should be {expected}")
    touched = {member for command in commands for member in command.touched()}
    members = sorted(one for one in model.members if touched & {one, *model.person(one)})
    for member, (balance, lots, earned) in product.look(members).items():
        wanted = model.balance(member)
        if balance != wanted:
            return Disagreement("balance", f"{member} has {balance}, should have {wanted}")
        if lots != model.free_lots(member):
            what = f"{member} has the lots {lots}, should have {model.free_lots(member)}"
            return Disagreement("lots", what)
        if earned != model.earned(member) and member not in model.mingled:  # else the checks reckon it
            return Disagreement("earned", f"{member} earned {earned}, should be {model.earned(member)}")
    return None


def broken(product: Product) -> Disagreement | None:
    """What `regulars verify` says."""
    found = product.violations()
    return Disagreement(found[0].split(":")[0], "; ".join(found)) if found else None


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


def shrink(steps: Sequence[Step], fails: Callable[[Sequence[Step]], bool]) -> list[Step]:
    """Fewer steps that still fail: leaves out ever smaller parts for as long as that works."""
    kept = list(steps)
    runs, size = 0, len(kept)
    while size and runs < SHRINK_RUNS_MAX:
        start = 0
        while start < len(kept) and runs < SHRINK_RUNS_MAX:
            fewer = without(kept, start, size)
            runs += 1
            if fails(fewer):
                kept = fewer
            else:
                start += size
        size //= 2
    return kept


def one_by_one(steps: Sequence[Step]) -> list[Step]:
    """The same commands at the same times, none of them together with another."""
    return [
        Step(timedelta(0) if place else step.after, commands)
        for step in steps
        for place, commands in enumerate([(command,) for command in step.commands] or [()])
    ]


def without(steps: Sequence[Step], start: int, size: int) -> list[Step]:
    """The steps but for some, whose time still passes."""
    kept = [*steps[:start], *steps[start + size :]]
    if start < len(kept):
        passed = sum((step.after for step in steps[start : start + size]), kept[start].after)
        kept[start] = Step(passed, kept[start].commands)
    return kept


def told(steps: Sequence[Step], found: Disagreement) -> str:
    """An episode that can be read and played again."""
    lines = "\n".join(f"  +{step.after}: {', '.join(map(repr, step.commands))}" for step in steps)
    return f"step {found.step}: {found.what}\n{lines}"
