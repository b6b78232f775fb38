-- Rows in PostgreSQL = in the lake = in staging = valid + quarantined + copies and older versions, per table and day.
select *
from {{ ref('marts_data_quality') }}
where
    {{ in_days() }}
    and (
        rows_in <> rows_valid + rows_quarantined + rows_duplicate + rows_superseded
        or rows_in <> rows_lake
        or rows_in <> rows_source
    )
