"""The shop, for every test of a step."""

from tests.steps.shop_case import drafted, drafted_template, empty_template, shop

__all__ = ["drafted", "drafted_template", "empty_template", "shop"]
