"""Why somebody looks a person up: said with every search, and kept in the audit trail."""

from enum import StrEnum


class Purpose(StrEnum):
    """A closed list, so that searches can be counted and compared by purpose. The case itself goes beside it, by its number."""

    BORDER_CHECK = "border_check"
    ALERT_REVIEW = "alert_review"
    INVESTIGATION = "investigation"
    READMISSION = "readmission"
    PROTECTION = "protection"
    DATA_SUBJECT_REQUEST = "data_subject_request"
    QUALITY_CONTROL = "quality_control"
