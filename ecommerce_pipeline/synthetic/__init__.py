"""The synthetic shop: pure functions from (settings, table, day) to what is written, what was planted, and the truth.

No Dagster, no clock, no file, no network. A day gives the same rows alone, in any order, in parallel, on any machine.
"""

from ecommerce_pipeline.synthetic.dimensions import deleted, snapshot
from ecommerce_pipeline.synthetic.ledger import Ledger, Totals, ledger
from ecommerce_pipeline.synthetic.marketing_ledger import Cell, Marketing, marketing
from ecommerce_pipeline.synthetic.rules import RULES
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings
from ecommerce_pipeline.synthetic.state import state
from ecommerce_pipeline.synthetic.stock_ledger import Stock, stock
from ecommerce_pipeline.synthetic.written import Planted, Written, planted, written

__all__ = [
    "RULES",
    "Cell",
    "Ledger",
    "Marketing",
    "Planted",
    "ShopSettings",
    "Stock",
    "Totals",
    "Written",
    "deleted",
    "ledger",
    "marketing",
    "planted",
    "snapshot",
    "state",
    "stock",
    "written",
]
