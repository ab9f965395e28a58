"""Whose advert it is: bytes to adverts, identifiers to members. Strangers leave no trace."""
