-- Rows in PostgreSQL = in the lake = in staging = valid + quarantined + exact duplicates, per table and written day.
select *
from {{ ref('marts_data_quality') }}
where
    {{ in_written_window() }}
    and (
        rows_in <> rows_valid + rows_quarantined + rows_duplicate
        or rows_in <> rows_lake
        or rows_in <> rows_source
    )
