"""A lone gateway with five receivers in a shop that is easy to see through."""

import statistics

from tests.unit.beacon_gateway.shop import judge, shop

SEEDS, SHOPPERS, PASSERS_BY = (9001, 9002), 40, 20


def test_a_simulated_shop_is_seen_as_it_is() -> None:
    verdicts = [judge(shop(seed, SHOPPERS, PASSERS_BY), SHOPPERS) for seed in SEEDS]
    visits = sum(verdict.visits for verdict in verdicts)
    entries = [seconds for verdict in verdicts for seconds in verdict.entry_seconds]
    exits = [seconds for verdict in verdicts for seconds in verdict.exit_seconds]
    assert sum(verdict.missed for verdict in verdicts) <= 0.01 * visits
    assert sum(verdict.passers_by_entered for verdict in verdicts) <= 0.01 * PASSERS_BY * len(SEEDS)
    assert sum(verdict.false_dwells for verdict in verdicts) == 0
    assert sum(verdict.reentries for verdict in verdicts) <= 0.1 * visits
    assert statistics.quantiles(entries, n=10)[-1] <= 6
    assert statistics.quantiles(exits, n=10)[-1] <= 26
    right = sum(verdict.zone_right for verdict in verdicts) / sum(verdict.zone_total for verdict in verdicts)
    assert right >= 0.95
