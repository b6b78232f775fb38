-- The amounts and units of a refund's lines add up to the refund's, to the last digit; each refund has a line.
{{ config(meta={'dagster': {'ref': {'name': 'fact_refund_line'}}}) }}

with shared as (

    select
        refund_id,
        business_date,
        sum(quantity) as quantity,
        sum(refund_amount) as refund_amount,
        sum(refund_shipping_amount) as refund_shipping_amount,
        sum(refund_tax_amount) as refund_tax_amount
    from {{ ref('fact_refund_line') }}
    where {{ in_days() }}
    group by refund_id, business_date

)

select refunds.refund_id
from {{ ref('fact_refund') }} as refunds
left join shared
    on
        refunds.refund_id = shared.refund_id
        and refunds.business_date = shared.business_date
where
    {{ in_days('refunds.business_date') }}
    and (
        shared.refund_id is null
        or refunds.quantity <> shared.quantity
        or refunds.refund_amount <> shared.refund_amount
        or refunds.refund_shipping_amount <> shared.refund_shipping_amount
        or refunds.refund_tax_amount <> shared.refund_tax_amount
    )
