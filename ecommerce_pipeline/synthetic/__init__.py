"""The synthetic shop: pure functions from (settings, table, day) to rows, their planted defects, and the true totals.

No Dagster, no clock, no file, no network. A day gives the same rows alone, in any order, in parallel, on any machine.
"""

from ecommerce_pipeline.synthetic.dimensions import snapshot
from ecommerce_pipeline.synthetic.generate import Planted, generate, planted
from ecommerce_pipeline.synthetic.ledger import Ledger, Totals, ledger
from ecommerce_pipeline.synthetic.rules import RULES
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

__all__ = ["RULES", "Ledger", "Planted", "ShopSettings", "Totals", "generate", "ledger", "planted", "snapshot"]
