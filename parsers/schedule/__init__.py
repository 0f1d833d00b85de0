"""Standing schedules to legs: IATA SSIM chapter 7, and a table of our own."""

from parsers.schedule.reading import ScheduleFault, ScheduleItem, ScheduleReader
from parsers.schedule.ssim import SsimReader
from parsers.schedule.table import TableReader

__all__ = ["ScheduleFault", "ScheduleItem", "ScheduleReader", "SsimReader", "TableReader"]
