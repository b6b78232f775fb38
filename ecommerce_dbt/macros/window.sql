{#
    The window of a run: the UTC days [start, end) on which rows were written; L is the lateness limit in days.

    - happened: the days of facts and daily marts that such rows can change, [start - L, end);
    - written: the days of stg_ and quarantine_ that these facts, or duplicates of such rows, need, [start - L, end + L);
    - read: the days of staging that those look at for copies and orders, [start - 2L, end + 2L).

    So a fact of day d follows from the staging of the written days [d, d + L] and the dimensions, whatever was run before.
#}
{% macro window_bounds(name) %}
    {% set before, after = {'happened': (1, 0), 'written': (1, 1), 'read': (2, 2)}[name] %}
    {% set lateness = modules.datetime.timedelta(days=var('lateness_days') | int) %}
    {{ return((run_day('start') - before * lateness, run_day('end') + after * lateness)) }}
{% endmacro %}


{# A bound of the run as a date: --vars '{start: 2026-03-01, end: 2026-03-02}', or WINDOW_START and WINDOW_END. #}
{% macro run_day(bound) %}
    {% if not execute %}
        {{ return(modules.datetime.date(2020, 1, 1)) }}
    {% endif %}
    {% set day = var(bound, '') or env_var('WINDOW_' ~ bound | upper, '') %}
    {% if not day %}
        {{ exceptions.raise_compiler_error(
            "models by day need the window of written days: --vars '{start: YYYY-MM-DD, end: YYYY-MM-DD}' "
            "(end not in it), or the variables WINDOW_START and WINDOW_END"
        ) }}
    {% endif %}
    {{ return(modules.datetime.date.fromisoformat(day | string)) }}
{% endmacro %}


{% macro in_happened_window(column='created_date') -%}
    {{ _between_days(column, window_bounds('happened')) }}
{%- endmacro %}


{% macro in_written_window(column='recorded_date') -%}
    {{ _between_days(column, window_bounds('written')) }}
{%- endmacro %}


{% macro in_read_window(column='recorded_date') -%}
    {{ _between_days(column, window_bounds('read')) }}
{%- endmacro %}


{# The same, of an instant: staging is partitioned by it. #}
{% macro read_from_staging(column='recorded_at') -%}
    {%- set first, end = window_bounds('read') -%}
    ({{ column }} >= {{ utc_midnight(first) }} and {{ column }} < {{ utc_midnight(end) }})
{%- endmacro %}


{% macro _between_days(column, bounds) -%}
    ({{ column }} >= date '{{ bounds[0] }}' and {{ column }} < date '{{ bounds[1] }}')
{%- endmacro %}


{# In a test's `where`: __happened_window__ or __written_window__, so that its cost does not grow with history. #}
{% macro get_where_subquery(relation) -%}
    {% set where = config.get('where', '') %}
    {% if where %}
        {% set where = where
            | replace('__happened_window__', in_happened_window())
            | replace('__written_window__', in_written_window()) %}
        (select * from {{ relation }} where {{ where }}) dbt_subquery
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}
