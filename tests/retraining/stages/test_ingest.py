def test_rows_tied_with_the_watermark_are_neither_lost_nor_repeated(loop):
    loop.source_has([("a", "2013-01-31 10:00", 1.0, 1.0)])
    loop.ingest()
    loop.source_has([("b", "2013-01-31 10:00", 2.0, 2.0)])  # arrives later, same ledger value

    report = loop.ingest()

    assert (report.read, report.accepted, report.already_present) == (2, 1, 1)
    assert loop.accepted_keys() == ["a", "b"]
