"""The guide to earning rules says nothing that the service would refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.programme.earning_rule import EarningRule
from services.programme.reading import RuleInvalidError, load_programme, read_rule

GUIDE = (Path(__file__).parents[4] / "docs" / "earning-rules.md").read_text()
EXAMPLES = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)


def test_the_guide_has_examples() -> None:
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_part_of_a_programme(tmp_path: Path, example: str) -> None:
    file = tmp_path / "program.toml"
    file.write_text(example)
    assert len(load_programme(file).earning) == example.count("[[earning]]")


def test_the_examples_make_one_programme_together(tmp_path: Path) -> None:
    file = tmp_path / "program.toml"
    file.write_text("\n".join(EXAMPLES))
    assert len(load_programme(file).earning) == "".join(EXAMPLES).count("[[earning]]")


def test_the_guide_names_every_field() -> None:
    missing = [
        name for name in EarningRule.model_fields if f"`{name}" not in GUIDE and f"{name} =" not in GUIDE
    ]
    assert missing == []


def test_the_slip_in_the_guide_is_answered_as_the_guide_says() -> None:
    with pytest.raises(RuleInvalidError) as caught:
        read_rule('id = "tea"\nname = "Tea"\npecent = 200')
    assert caught.value.message in GUIDE.replace("\n   ", " ")
