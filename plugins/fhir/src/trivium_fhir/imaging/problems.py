"""Why this room cannot convert what it was given: closed lists of sentences, each read after a place."""

from __future__ import annotations

from trivium.api import Problem


class ImagingProblem(Problem):
    NOTHING = "is missing: give exactly one of path, folder and query_results"
    NOT_JSON = "is not JSON"
    TOO_DEEP = "has lists and objects too deep inside each other"
    NOT_ROWS = "holds no rows: a list of objects by DICOM keyword or tag, or an answer with studies or series"
    TOO_MANY_ROWS = "has more than {limit} rows"
    NO_STUDY = "has no DICOM object with a Study Instance UID"
    SEVERAL_STUDIES = "has {found} studies: name one by study_instance_uid"
    NO_SUCH_STUDY = "names a study that is not among those given"
    NO_SUCH_ENDPOINT = "is not the name of a DICOMweb base that the operator has set up"
    NOT_AN_ORDER = "is no order: ORM^O01, OMG^O19 or OMI^O23 (in MSH-9)"
    NO_ORDER = "has no OBR segment, so that nothing is ordered"
    NOT_A_TIME = "is not a time such as 20260102030405+0100 (YYYYMMDD, then hours, minutes, seconds and an offset)"
