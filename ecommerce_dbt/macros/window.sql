{#
    The window of a run: the UTC days [start, end) on which rows were written; L is the lateness limit in days.

    - happened: the days of facts and daily marts that such rows can change, [start - L, end);
    - written: the days of stg_ and quarantine_ that these facts, or duplicates of such rows, need, [start - L, end + L);
    - read: the days of staging that those look at for copies and orders, [start - 2L, end + 2L).

    So a fact of day d follows from the staging of the written days [d, d + L] and the dimensions, whatever was run before.
#}
{% macro window_bounds(name) %}
    {% set before, after = {'happened': (1, 0), 'written': (1, 1), 'read': (2, 2)}[name] %}
    {% set lateness = modules.datetime.timedelta(days=lateness_days()) %}
    {{ return((run_day('start') - before * lateness, run_day('end') + after * lateness)) }}
{% endmacro %}


{#
    What a run is told: by environment variables, which dbt reads when a model runs. Variables (--vars) go before them,
    for use by hand, but dbt parses the whole project again whenever they change: 3 of the 6 seconds of its start.
#}
{% macro run_day(bound) %}
    {% set day = _told(bound, 'WINDOW_' ~ bound | upper, '2020-01-01') %}
    {% if not day %}
        {{ exceptions.raise_compiler_error(
            "models by day need the window of written days, end not in it: WINDOW_START and WINDOW_END (YYYY-MM-DD), "
            "or --vars '{start: YYYY-MM-DD, end: YYYY-MM-DD}'"
        ) }}
    {% endif %}
    {{ return(modules.datetime.date.fromisoformat(day | string)) }}
{% endmacro %}


{% macro lateness_days() %}
    {{ return(_told('lateness_days', 'LATENESS_DAYS', 3, default='3') | int) }}
{% endmacro %}


{# Nothing is asked while the project is parsed: dbt would parse it again whenever the answer changes. #}
{% macro _told(variable, environment_variable, parsed_as, default='') %}
    {% if not execute %}
        {{ return(parsed_as) }}
    {% endif %}
    {% set told = var(variable, none) %}
    {# A lateness of 0 days is an answer. #}
    {{ return(env_var(environment_variable, default) if told is none else told) }}
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


{% macro days_after(date_column, days) -%}
    cast({{ dateadd('day', days, date_column) }} as date)
{%- endmacro %}
