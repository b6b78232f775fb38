"""The resources of the platform, by the keys under which assets and checks ask for them."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ecommerce_pipeline.io_managers.lake import LAKE_IO_MANAGER, LakeIOManager
from ecommerce_pipeline.io_managers.warehouse import WAREHOUSE_IO_MANAGER, WarehouseIOManager
from ecommerce_pipeline.resources.postgres.address import TLS
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.settings.secrets import read_person_key
from ecommerce_pipeline.targets.base import Target

if TYPE_CHECKING:
    from ecommerce_pipeline.resources.dbt.project import DbtWorkspace


def target_of(settings: Settings) -> Target:
    """Return the target that TARGET names; only its own module is imported, as Google's clients take a second."""
    target: Target = import_module(f"ecommerce_pipeline.targets.{settings.target}").build_target(settings)
    return target


def platform_resources(settings: Settings) -> dict[str, Any]:
    """Return the resources by key."""
    # Importing dbt takes a second, which commands without dbt save.
    from ecommerce_pipeline.resources.dbt.project import DBT_DIR
    from ecommerce_pipeline.resources.dbt.resource import DbtResource

    target, workspace = target_of(settings), dbt_workspace(settings)
    return {
        "postgres": postgres(settings),
        "lake": target.lake,
        LAKE_IO_MANAGER: LakeIOManager(store=target.lake),
        "warehouse": target.warehouse,
        WAREHOUSE_IO_MANAGER: WarehouseIOManager(warehouse=target.warehouse, store=target.lake),
        "dbt": DbtResource(
            project_dir=str(DBT_DIR),
            target=settings.target,
            parsed_dir=str(workspace.parse_dir),
            environment=workspace.environment,
        ),
        "dashboard_store": target.dashboard,
    }


def person_key(settings: Settings) -> str:
    """Return the key of guests' pseudonyms and of the list of the forgotten: see `read_person_key`.

    Raises:
        PlatformError: It cannot be read, or kept.
    """
    return read_person_key(target_of(settings).person_key)


def postgres(settings: Settings) -> PostgresResource:
    """Return the source database: the server that POSTGRES_HOST names, or the embedded one."""
    target = target_of(settings)
    return PostgresResource(
        embedded_dir=str(settings.postgres_dir),
        host=settings.postgres_host,
        port=settings.postgres_port,
        database=settings.postgres_db,
        user=settings.postgres_user,
        tls={name: str(value) for name in TLS if (value := getattr(settings, f"postgres_{name}")) is not None},
        time_zone=settings.time_zone,
        statement_seconds=settings.postgres_statement_seconds,
        rows_per_second=settings.postgres_rows_per_second,
        mapping=settings.shop_mapping if settings.source == "external" else None,
        personal_data=settings.personal_data,
        lake=target.lake,
        person_key=str(target.person_key) if target.person_key else None,
    )


def dbt_workspace(settings: Settings) -> "DbtWorkspace":
    """Return the dbt project for the target's warehouse."""
    from ecommerce_pipeline.resources.dbt.project import DbtWorkspace

    target = target_of(settings)
    return DbtWorkspace(
        target=settings.target,
        profile=target.dbt_environment,
        warehouse_dir=settings.warehouse_path.parent,
        state_dir=settings.data_dir / "dbt",
        warehouse_file=target.warehouse_file,
        time_zone=settings.time_zone,
        reporting_currency=settings.reporting_currency,
        key_type=settings.key_type,
        guests_by_email=settings.guests_by_email,
        sold_by=settings.sold_by,
        shared_parse_dir=settings.dbt_parsed_dir,
    )
