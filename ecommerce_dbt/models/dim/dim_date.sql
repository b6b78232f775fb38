{{ config(tags=['dimension']) }}

with calendar as (

    {{ calendar_days(var('calendar_start'), var('calendar_end')) }}

),

numbered as (

    select
        date_day,
        {{ cast_to('extract(year from date_day)', 'integer') }} as year_number,
        {{ cast_to('extract(quarter from date_day)', 'integer') }} as quarter_number,
        {{ cast_to('extract(month from date_day)', 'integer') }} as month_number,
        {{ cast_to('extract(day from date_day)', 'integer') }} as day_of_month,
        {{ cast_to(iso_week('date_day'), 'integer') }} as iso_week_number,
        {{ cast_to(iso_day_of_week('date_day'), 'integer') }} as iso_day_of_week
    from calendar

)

select
    date_day,
    year_number * 10000 + month_number * 100 + day_of_month as date_key,
    year_number,
    quarter_number,
    month_number,
    {{ spelled('month_number', ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September',
        'October', 'November', 'December']) }} as month_name,
    day_of_month,
    iso_week_number,
    iso_day_of_week,
    {{ spelled('iso_day_of_week', ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']) }}
        as day_name,
    iso_day_of_week >= 6 as is_weekend,
    {{ days_after('date_day', '1 - iso_day_of_week') }} as week_start_date,
    {{ month_start('date_day') }} as month_start_date
from numbered
