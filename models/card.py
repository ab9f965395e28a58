"""The model card: what a version was trained on, how it did and what it must not be used for."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

MEASURES: Final = ("roc_auc", "pr_auc", "log_loss", "brier", "ece", "lift_top_decile")
LIMITS: Final = """## Limits
- Reasons are associations in this shop's past orders. They do not say what would happen if you acted.
- Customers with a single order are nearly unpredictable; their probability is close to the average.
- A due date is the centre of a wide interval and is shown only where a purchase within the horizon is likely.
- No personal data is stored in a version: each forecast reads the customer's history anew.
"""


def written(as_of: datetime, report: Mapping[str, Any]) -> str:
    """Markdown. report: `Trained.report`."""
    parts = [f"# Models as of {as_of:%Y-%m-%d %H:%M} UTC\n"]
    parts.append(_section("Churn: no kept order within the horizon", report["churn"]))
    parts.append(_section("Repurchase: the product is bought again within the horizon", report["repurchase"]))
    return "\n".join([*parts, LIMITS])


def _section(title: str, report: Mapping[str, Any]) -> str:
    return (
        "\n".join([f"## {title}", *_facts(report), "", *(_table(report) if report["model"] else [])]) + "\n"
    )


def _facts(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"- readiness: {report['readiness']}"
    yield from (f"- because: {reason}" for reason in report["reasons"])
    yield f"- horizon: {report['horizon_days']} days"
    for origin in report["origins"]:
        yield (
            f"- tested from {origin['cutoff'][:10]}: {origin['customers']} customers, {origin['rows']} rows, "
            f"outcome in {origin['outcome_rate']:.1%}"
        )


def _table(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"| mean over origins | {' | '.join(MEASURES)} |"
    yield "|---" * (len(MEASURES) + 1) + "|"
    for name, measured in {"model": report["model"], **report["baselines"]}.items():
        yield f"| {name} | {' | '.join(f'{measured[measure]:.3f}' for measure in MEASURES)} |"
