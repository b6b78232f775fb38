"""`ecommerce-pipeline map`: maps a shop's own tables to the table contract, and checks the mapping on a day."""
