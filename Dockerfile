# One image for every service of the platform; docker-compose.yml and deploy/kubernetes say which command each runs.
ARG PYTHON=python:3.12-slim-bookworm@sha256:782412e85d0f0984994c290652577d4018aff08145c85b262bb63dc0c7522254

FROM ${PYTHON} AS build
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_NO_CACHE=1 UV_SYSTEM_CERTS=true PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/bootstrap.txt requirements/run.txt /requirements/
# Locks are complete: without --no-deps, installers resolve them again, without the overrides of pyproject.toml.
RUN python3 -m venv /opt/bootstrap && \
    /opt/bootstrap/bin/pip install --no-deps --require-hashes --requirement /requirements/bootstrap.txt && \
    python3 -m venv --without-pip /opt/venv && \
    /opt/bootstrap/bin/uv pip install --python /opt/venv/bin/python --compile-bytecode --no-deps --require-hashes --requirement /requirements/run.txt
COPY . /app
RUN /opt/bootstrap/bin/uv pip install --python /opt/venv/bin/python --no-deps --no-build-isolation --editable /app && \
    /opt/venv/bin/python -m compileall -q /app/ecommerce_pipeline
# The parsed dbt project; it is parsed again at run time if these differ from the settings. Unset: the local target.
ARG TARGET=local GCP_PROJECT GCP_LOCATION BIGQUERY_DATASET TIME_ZONE
# A layer stores file times in whole seconds, and the manifest is valid only for the exact times of its files.
RUN find /app/ecommerce_dbt -exec touch -d 2026-01-01T00:00:00Z {} + && \
    GCS_BUCKET=unused-here DATA_DIR=/tmp/data DBT_PARSED_DIR=/app/.dbt \
    /opt/venv/bin/python -m ecommerce_pipeline.commands.parse_dbt

FROM ${PYTHON}
RUN useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin pipeline && \
    install --directory --owner pipeline --group pipeline /data /logs
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
ENV DAGSTER_HOME=/app/deploy/dagster DAGSTER_COMPUTE_LOGS=/logs DATA_DIR=/data DBT_PARSED_DIR=/app/.dbt
WORKDIR /data
USER 10001:10001
CMD ["dagster", "api", "grpc", "--module-name", "ecommerce_pipeline.definitions", "--location-name", "ecommerce_pipeline", "--host", "0.0.0.0", "--port", "4000"]
