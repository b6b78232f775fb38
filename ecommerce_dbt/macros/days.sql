{#
    The days of a run: any set of business days, as text: `2026-03-01 to 2026-03-05, 2026-03-09`. Models by day replace
    exactly these days, whatever the order and number of runs.
#}

{# The ranges of the run's days, as pairs of their first and last day. #}
{% macro run_days() %}
    {% set text = run_setting('days', 'DAYS', parsed_as='2020-01-01') | string %}
    {% if not text %}
        {{ return(_no_days('none are set')) }}
    {% endif %}
    {% set date = modules.datetime.date.fromisoformat %}
    {% set ranges = [] %}
    {% for part in text.split(',') %}
        {% set bounds = modules.re.fullmatch('([0-9-]{10})(?: to ([0-9-]{10}))?', part.strip()) %}
        {% if not bounds or bounds[1] > (bounds[2] or bounds[1]) %}
            {{ return(_no_days("'" ~ text ~ "' is none")) }}
        {% endif %}
        {% do ranges.append((date(bounds[1]), date(bounds[2] or bounds[1]))) %}
    {% endfor %}
    {{ return(ranges) }}
{% endmacro %}


{% macro _no_days(fault) %}
    {{ exceptions.raise_compiler_error(
        "models by day need a set of days, and " ~ fault ~ ": set DAYS='2026-03-01 to 2026-03-05, 2026-03-09', or "
        ~ "--vars '{days: \"2026-03-01 to 2026-03-05, 2026-03-09\"}'"
    ) }}
{% endmacro %}


{# Whether a row is of one of the run's days, with literals, by which BigQuery prunes partitions. #}
{% macro in_days(column='business_date') -%}
    {%- set conditions, single = [], [] -%}
    {%- for first, last in run_days() -%}
        {%- if first == last -%}
            {%- do single.append(day_literal(first)) -%}
        {%- else -%}
            {%- do conditions.append(column ~ ' between ' ~ day_literal(first) ~ ' and ' ~ day_literal(last)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if single -%}
        {%- do conditions.append(column ~ ' in (' ~ single | join(', ') ~ ')') -%}
    {%- endif -%}
    ({{ conditions | join(' or ') }})
{%- endmacro %}


{# The run's days as a list of literals. #}
{% macro day_literals() %}
    {% set days = [] %}
    {% for first, last in run_days() %}
        {% for offset in range((last - first).days + 1) %}
            {% do days.append(day_literal(first + modules.datetime.timedelta(days=offset))) %}
        {% endfor %}
    {% endfor %}
    {{ return(days) }}
{% endmacro %}


{% macro day_literal(day) -%}
    date '{{ day }}'
{%- endmacro %}


{#
    A run's settings come as environment variables, which dbt reads when a model runs. Variables (--vars) take precedence,
    for use by hand, but dbt parses the whole project again whenever they change: 3 of the 6 seconds of its start. While
    dbt parses, a fixed value: it would parse again whenever the environment changes.
#}
{% macro run_setting(variable, environment_variable, parsed_as, default='') %}
    {% if not execute %}
        {{ return(parsed_as) }}
    {% endif %}
    {{ return(var(variable, none) or env_var(environment_variable, default) or default) }}
{% endmacro %}


{# In a test's `where`, `__days__` stands for the run's days, so that its cost does not grow with history. #}
{% macro get_where_subquery(relation) -%}
    {% set where = config.get('where', '') %}
    {% if where %}
        (select * from {{ relation }} where {{ where | replace('__days__', in_days()) }}) dbt_subquery
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
