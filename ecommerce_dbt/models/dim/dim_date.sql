{{ config(tags=['dimension']) }}

with calendar as (

    {{ calendar_days(var('calendar_start'), var('calendar_end')) }}

),

numbered as (

    select
        date_day,
        extract(year from date_day) as year_number,
        extract(quarter from date_day) as quarter_number,
        extract(month from date_day) as month_number,
        extract(day from date_day) as day_of_month,
        {{ iso_week('date_day') }} as iso_week_number,
        {{ iso_day_of_week('date_day') }} as iso_day_of_week
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
