-- The contract's tables as views of the shop's database, for its orders in BRL. Keys are numbers made from the uuids.
create schema ecommerce;

create function ecommerce.number(id uuid) returns bigint language sql immutable
return ('x' || left(md5(id::text), 15))::bit(60)::bigint;

create view ecommerce.transactions as
select
    ecommerce.number(o.id) as transaction_id,
    ecommerce.number(o.customer_id) as customer_id,
    null::bigint as session_id,
    null::bigint as store_id,
    o.channel,
    null::bigint as payment_method_id,
    o.currency::text as currency,
    null::text as coupon_code,
    coalesce(lines.line_count, 0)::integer as line_count,
    coalesce(lines.gross, 0)::numeric(14, 2) as gross_amount,
    (o.order_discount + coalesce(lines.discount, 0))::numeric(14, 2) as discount_amount,
    o.shipping_amount::numeric(14, 2) as shipping_amount,
    o.tax_amount::numeric(14, 2) as tax_amount,
    o.total_amount::numeric(14, 2) as total_amount,
    o.state as status,
    o.cancelled_at,
    o.placed_at as created_at,
    o.updated_at
from app.sales_order as o
left join lateral (
    select count(*) as line_count, sum(line_total + line_discount) as gross, sum(line_discount) as discount
    from app.order_line
    where order_id = o.id
) as lines on true
where o.currency = 'BRL';

create view ecommerce.transaction_items as
select
    ecommerce.number(l.id) as transaction_item_id,
    ecommerce.number(l.order_id) as transaction_id,
    row_number() over (partition by l.order_id order by l.id)::integer as line_number,
    ecommerce.number(l.variant_id) as product_id,
    l.quantity::numeric(14, 3) as quantity,
    l.unit_price,
    (l.line_total + l.line_discount)::numeric(14, 2) as gross_amount,
    o.placed_at as created_at,
    greatest(l.updated_at, o.placed_at) as updated_at
from app.order_line as l
join app.sales_order as o on o.id = l.order_id
where o.currency = 'BRL';

create view ecommerce.payment_attempts as
select
    ecommerce.number(p.id) as payment_attempt_id,
    ecommerce.number(p.order_id) as transaction_id,
    row_number() over (partition by p.order_id order by p.created_at, p.id)::integer as attempt_number,
    ecommerce.number(md5(p.method)::uuid) as payment_method_id,
    p.amount::numeric(14, 2) as amount,
    case p.status when 'success' then 'approved' when 'failed' then 'declined' else p.status end as status,
    null::text as failure_reason,
    p.created_at,
    p.updated_at
from app.payment as p
join app.sales_order as o on o.id = p.order_id
where p.kind = 'capture' and o.currency = 'BRL';

create view ecommerce.refunds as
select
    ecommerce.number(r.id) as refund_id,
    ecommerce.number(r.order_id) as transaction_id,
    null::bigint as transaction_item_id,
    ecommerce.number(o.customer_id) as customer_id,
    null::bigint as product_id,
    null::bigint as store_id,
    o.channel,
    null::bigint as payment_method_id,
    0::numeric(14, 3) as quantity,
    r.goods_amount::numeric(14, 2) as amount,
    coalesce(r.reason, 'none') as reason,
    r.created_at,
    r.updated_at
from app.refund as r
join app.sales_order as o on o.id = r.order_id
where r.goods_amount > 0 and o.currency = 'BRL';

create view ecommerce.sessions as
select
    0::bigint as session_id, null::bigint as customer_id, ''::text as channel, ''::text as device,
    ''::text as traffic_source, null::text as campaign, 0 as page_views, 0 as product_views, 0 as cart_adds,
    false as checkout_started, 0 as duration_seconds, now() as created_at, now() as updated_at
where false;

create view ecommerce.reviews as
select
    0::bigint as review_id, 0::bigint as transaction_id, null::bigint as product_id, null::bigint as customer_id,
    0 as rating, ''::text as title, ''::text as body, ''::text as sentiment, now() as created_at, now() as updated_at
where false;

create view ecommerce.customers as
select
    ecommerce.number(id) as customer_id,
    name as first_name,
    ''::text as last_name,
    coalesce(email, '') as email,
    country::text as country,
    ''::text as city,
    null::date as birth_date,
    'basic'::text as loyalty_tier,
    false as marketing_opt_in,
    created_at as registered_at,
    updated_at
from app.customer_account;

create view ecommerce.products as
select
    ecommerce.number(v.id) as product_id,
    v.sku,
    p.title as product_name,
    coalesce(p.category, '') as category,
    ''::text as subcategory,
    ''::text as brand,
    v.price::numeric(12, 2) as list_price,
    coalesce(v.cost, 0)::numeric(12, 2) as unit_cost,
    true as is_active,
    p.created_at as launched_at,
    greatest(v.updated_at, p.updated_at) as updated_at
from app.variant as v
join app.product as p on p.id = v.product_id;

create view ecommerce.payment_methods as
select
    ecommerce.number(md5(method)::uuid) as payment_method_id,
    method as code,
    method as method_name,
    'card'::text as method_type,
    ''::text as provider,
    0::numeric(5, 2) as fee_percent,
    true as is_online,
    max(updated_at) as updated_at
from app.payment
group by method;

create view ecommerce.stores as
select
    0::bigint as store_id, ''::text as code, ''::text as store_name, ''::text as country, ''::text as region,
    ''::text as city, 0 as floor_area_m2, current_date as opened_on, now() as updated_at
where false;
