"""Examining and merging over Arrow: by hand, and on a real Spark where a flag asks for it.

``NETSTAT_FW_SPARK=1 pytest tests/test_fleet_batches.py`` with pyspark, pandas and a Java runtime.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from typing import Any

import pytest
from fleet_captures import listening, night
from whole import whole

from netstat_fw.fleet import Fleet, survey
from netstat_fw.fleet.batches import EXAMINED, examine_batches, merge_table, store_rows

pa = pytest.importorskip("pyarrow", reason="needs the extra arrow")
compute = pytest.importorskip("pyarrow.compute", reason="needs the extra arrow")
CAPTURES = [
    (
        f"host{host}",
        night(number),
        "broken" if host == number == 1 else listening(80, 443 + host % 2),
    )
    for host in range(5)
    for number in range(3)
]


def written(fleet: Fleet) -> str:
    """Write a result whole."""
    return "\n".join((*fleet.json_lines(), whole(fleet)))


def table(*, binary: bool) -> Any:  # noqa: ANN401 - pyarrow has no types of its own
    """Put the captures into an Arrow table."""
    hosts, times, texts = zip(*CAPTURES, strict=True)
    return pa.table(
        {
            "host": hosts,
            "time": pa.array(times, pa.timestamp("us", "UTC")),
            "text": pa.array([t.encode() for t in texts] if binary else texts),
        }
    )


@pytest.mark.parametrize("binary", [False, True])
def test_batches_give_what_a_survey_gives(binary: bool) -> None:  # noqa: FBT001 - a case
    batches = table(binary=binary).to_batches(max_chunksize=7)
    examined = pa.Table.from_batches(list(examine_batches(batches)))
    assert ", ".join(f"{field.name} {field.type}" for field in examined.schema) == EXAMINED
    hosts = sorted(set(examined.column("host").to_pylist()))
    merged = pa.concat_tables(
        merge_table(examined.filter(compute.equal(examined["host"], host))) for host in hosts
    )
    assert merged.schema == examined.schema
    assert merged.num_rows == len(hosts)
    expected = written(
        survey((host, at, text.encode() if binary else text) for host, at, text in CAPTURES)
    )
    for rows in (examined, merged):
        assert written(survey((), store=store_rows(rows.to_pylist()))) == expected


@pytest.mark.skipif("NETSTAT_FW_SPARK" not in os.environ, reason="needs NETSTAT_FW_SPARK=1")
def test_spark_gives_what_a_survey_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    sql = pytest.importorskip("pyspark.sql", reason="needs pyspark")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    count = int(os.environ["NETSTAT_FW_SPARK"])
    many = [(f"{host}-{n}", at, text) for n in range(count) for host, at, text in CAPTURES]
    with warnings.catch_warnings():
        # What Spark deprecates in itself is not ours.
        warnings.simplefilter("ignore")
        builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        spark = builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
        try:
            frame = spark.createDataFrame(many, "host string, time timestamp, text string")
            begin = time.perf_counter()
            merged = (
                frame.repartition(4)
                .mapInArrow(examine_batches, EXAMINED)
                .groupBy("host")
                .applyInArrow(merge_table, EXAMINED)
                .collect()
            )
            took = time.perf_counter() - begin
        finally:
            spark.stop()
    print(f"{len(many)} captures in {took:.1f} s")  # noqa: T201 - the figure is for the record
    store = store_rows(row.asDict() for row in merged)
    assert written(survey((), store=store)) == written(survey(many))
