-- The tables of the contract that the shop has, as views of its database. What it lacks is left out.
create schema ecommerce;

create view ecommerce.transactions as
select
    id as transaction_id,
    customer_id,
    case when customer_id is null then guest_email end as guest_email,
    channel,
    currency::text as currency,
    order_discount as discount_amount,
    shipping_amount,
    tax_amount,
    total_amount,
    state as status,
    cancelled_at,
    placed_at as created_at,
    updated_at
from app.sales_order;

create view ecommerce.transaction_items as
select
    l.id as transaction_item_id,
    l.order_id as transaction_id,
    row_number() over (partition by l.order_id order by l.id)::integer as line_number,
    l.variant_id as product_id,
    l.quantity,
    l.unit_price,
    l.line_total + l.line_discount as gross_amount,
    l.line_discount as discount_amount,
    o.placed_at as created_at,
    greatest(l.updated_at, o.placed_at) as updated_at
from app.order_line as l
join app.sales_order as o on o.id = l.order_id;

create view ecommerce.payment_attempts as
select
    id as payment_attempt_id,
    order_id as transaction_id,
    row_number() over (partition by order_id order by created_at, id)::integer as attempt_number,
    method as payment_method_id,
    amount,
    case status when 'success' then 'approved' when 'failed' then 'declined' else status end as status,
    created_at,
    updated_at
from app.payment
where kind = 'capture';

create view ecommerce.refunds as
select
    id as refund_id,
    order_id as transaction_id,
    goods_amount,
    shipping_amount,
    tax_amount,
    reason,
    created_at,
    updated_at
from app.refund;

create view ecommerce.customers as
select
    id as customer_id,
    name as first_name,
    email,
    country::text as country,
    created_at as registered_at,
    updated_at
from app.customer_account;

create view ecommerce.products as
select
    v.id as product_id,
    v.sku,
    p.title as product_name,
    p.category,
    p.created_at as launched_at,
    greatest(v.updated_at, p.updated_at) as updated_at
from app.variant as v
join app.product as p on p.id = v.product_id;

create view ecommerce.payment_methods as
select
    method as payment_method_id,
    method as code,
    max(updated_at) as updated_at
from app.payment
group by method;

create table app.exchange_rate (currency text, valid_from date, rate numeric(18, 9), primary key (currency, valid_from));

create view ecommerce.exchange_rates as
select
    currency,
    valid_from,
    rate
from app.exchange_rate;
