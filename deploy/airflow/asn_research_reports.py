"""Every working day: execute each region's notebook with papermill, then check and publish what is not fresh.

For Airflow 3 with ``apache-airflow-providers-papermill`` and ``apache-airflow-providers-standard``. Put this
file into the folder of DAGs, set ``ASN_RESEARCH_HOME`` to the folder of the project, and let Airflow's
environment know the kernel of the project::

    /srv/asn-research/.venv/bin/python -m ipykernel install --prefix /opt/airflow --name asn-research

Nothing of the project is imported here, so that parsing costs nothing.
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

HOME = Path(os.environ.get("ASN_RESEARCH_HOME", "/srv/asn-research"))
RAW = HOME / "data" / "raw"
REGIONS = sorted(
    path.name
    for path in (RAW.iterdir() if RAW.is_dir() else ())
    if path.is_dir() and path.name[0] not in "._"
)

with DAG(
    dag_id="asn_research_reports",
    description="Reports of civil-servant training",
    schedule="30 4 * * 1-5",
    start_date=datetime.datetime(2025, 1, 6, tzinfo=datetime.UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": datetime.timedelta(minutes=10)},
) as dag:
    # One region's failure stops no other: what cannot be made is published as a page that says why.
    publish = BashOperator(
        task_id="publish",
        bash_command=f"'{HOME}/.venv/bin/asn-research' run --language both",
        cwd=str(HOME),
        trigger_rule="all_done",
    )
    for region in REGIONS:
        notebook = PapermillOperator(
            task_id=f"notebook_{region}",
            input_nb=str(HOME / "notebooks" / "region_report.ipynb"),
            output_nb=str(HOME / "reports" / f".{region}.airflow.ipynb"),
            parameters={
                "region": region,
                "language": "id",
                "raw": str(RAW),
                "processed": str(HOME / "data" / "processed"),
                "reports": str(HOME / "reports"),
            },
            kernel_name="asn-research",
            execution_timeout=datetime.timedelta(hours=1),
        )
        notebook >> publish
