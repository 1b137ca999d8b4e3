"""What came of a programme, as tables in words, as one CSV, as a PDF; JSON is in ``api.schemas``.

``tables`` puts a report into tables once; pages draw charts beside them, ``figures_file`` writes
them as CSV, ``pdf`` as a document. None of them adds anything up.
"""
