"""What each report does not say, in plain words, and the labels of reports that have nothing to say. Pure."""

from __future__ import annotations

from typing import Final

NO_ORDERS: Final = "NO_ORDERS"  # nobody bought anything in the window
ONE_SIDE_EMPTY: Final = "ONE_SIDE_EMPTY"  # there is nobody to compare with
NO_ANSWERS: Final = "NO_ANSWERS"  # nobody answered the survey in the windows
NOBODY_IN_GROUP: Final = "NOBODY_IN_GROUP"  # the group has no customer who counts
FALLBACKS: Final = (NO_ORDERS, ONE_SIDE_EMPTY, NO_ANSWERS, NOBODY_IN_GROUP)

MEMBERS: Final = (
    "Members chose to join, and people who buy more are more likely to. The difference says who joins, not "
    "what joining does; only an experiment can say that. An order counts as a member's when the customer was "
    "a member at the moment of ordering, so one customer may stand on both sides."
)
REPEAT_BUYERS: Final = (
    "Whoever buys twice has had two chances to spend: a part of the difference is so by definition. "
    "Customers who came late in the window had less time to come back. The spend per order is the fairer "
    "comparison; neither says that a second order makes anybody spend more."
)
OMNICHANNEL: Final = (
    "Customers choose their channels. Who buys a lot has more occasions to use several, so the number of "
    "channels may follow from the spend instead of causing it. Channels are counted within the same window "
    "as the spend; customers with two channels are on neither side."
)
RETURN_RATES: Final = (
    "Who orders more often has more occasions to return and to use several channels, and what is sold online "
    "is returned more often in itself. Orders of the last days may still come back, so the newest part of "
    "the window looks better than it will be. Exchanges are not counted as returns."
)
RETENTION: Final = (
    "A cohort is compared with another one of another time: season, range and prices changed too. Customers "
    "who bought before the first order that is stored count as new. A figure that is marked as unfinished "
    "can only rise."
)
ACTION: Final = (
    "What happened after an action did not have to happen because of it: seasons, campaigns and prices "
    "changed too. The comparison with the rest takes out what met everybody alike, provided that the group "
    "would otherwise have developed like the rest. Only a group drawn by lot makes that sure."
)
ACTION_CHOSEN_TODAY: Final = (
    " The group was chosen by what is known today: who is in it depends on what was bought after the "
    "action, so its figures are tilted. Better name the customers who were chosen before it."
)
WEEKLY: Final = (
    "Weeks differ by chance: within the interval, a change means nothing. The running week is not over, and "
    "the orders of the last weeks may still come back, so their return rate will rise."
)
