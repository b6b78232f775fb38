{#
    The window of a run: the UTC days [start, end) on which rows were written; L is the lateness limit in days.

    - happened: the days of facts and daily marts that such rows can change, [start - L, end);
    - written: the days of stg_ and quarantine_ that these facts, or duplicates of such rows, need, [start - L, end + L);
    - read: the days of staging in which copies and orders of those are looked up, [start - 2L, end + 2L).

    So a fact of day d follows from the staging of the written days [d, d + L] and the dimensions, whatever was run before.
#}
{% macro window_bounds(name) %}
    {% set before, after = {'happened': (1, 0), 'written': (1, 1), 'read': (2, 2)}[name] %}
    {% set lateness = modules.datetime.timedelta(days=lateness_days()) %}
    {{ return((run_day('start') - before * lateness, run_day('end') + after * lateness)) }}
{% endmacro %}


{#
    A run's settings come as environment variables, which dbt reads when a model runs. Variables (--vars) take precedence,
    for use by hand, but dbt parses the whole project again whenever they change: 3 of the 6 seconds of its start.
#}
{% macro run_day(bound) %}
    {% set day = _run_setting(bound, 'WINDOW_' ~ bound | upper, '2020-01-01') %}
    {% if not day %}
        {{ exceptions.raise_compiler_error(
            "models by day need the window of written days, end not in it: WINDOW_START and WINDOW_END (YYYY-MM-DD), "
            "or --vars '{start: YYYY-MM-DD, end: YYYY-MM-DD}'"
        ) }}
    {% endif %}
    {{ return(modules.datetime.date.fromisoformat(day | string)) }}
{% endmacro %}


{% macro lateness_days() %}
    {{ return(_run_setting('lateness_days', 'LATENESS_DAYS', 3, default='3') | int) }}
{% endmacro %}


{# While dbt parses, a fixed value: dbt would parse the project again whenever the variable changes. #}
{% macro _run_setting(variable, environment_variable, parsed_as, default='') %}
    {% if not execute %}
        {{ return(parsed_as) }}
    {% endif %}
    {% set value = var(variable, none) %}
    {# A lateness of 0 days is a value. #}
    {{ return(env_var(environment_variable, default) if value is none else value) }}
{% endmacro %}


{% macro in_happened_window(column='created_date') -%}
    {{ between_days(column, window_bounds('happened')) }}
{%- endmacro %}


{% macro in_written_window(column='recorded_date') -%}
    {{ between_days(column, window_bounds('written')) }}
{%- endmacro %}


{% macro in_read_window(column='recorded_date') -%}
    {{ between_days(column, window_bounds('read')) }}
{%- endmacro %}


{# The read window of an instant, by which staging is partitioned. #}
{% macro read_from_staging(column='recorded_at') -%}
    {%- set first, end = window_bounds('read') -%}
    ({{ column }} >= {{ utc_midnight(first) }} and {{ column }} < {{ utc_midnight(end) }})
{%- endmacro %}


{# Whether a day is in [first, end). #}
{% macro between_days(column, bounds) -%}
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
    {{ cast_to(dateadd('day', days, date_column), 'date') }}
{%- endmacro %}


{% macro month_start(date_column) -%}
    {{ cast_to(date_trunc('month', date_column), 'date') }}
{%- endmacro %}
