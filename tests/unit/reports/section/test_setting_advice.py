import pytest

from glucotwin.advise.setting_space import PEN_COORDINATES, PUMP_COORDINATES, Coordinate, SettingKind
from glucotwin.core.unit import GlucoseUnit
from glucotwin.reports.number import Numbers
from glucotwin.reports.section.setting_advice import setting_name, setting_value

MGDL, MMOLL = Numbers(GlucoseUnit.MGDL), Numbers(GlucoseUnit.MMOLL)


@pytest.mark.parametrize(
    ("kind", "value", "mgdl", "mmoll"),
    [
        (SettingKind.CORRECTION_FACTOR, 45.0, "45 mg/dL/U", "2.5 mmol/L/U"),
        (SettingKind.TARGET, 110.0, "110 mg/dL", "6.1 mmol/L"),
        (SettingKind.CARB_RATIO, 9.5, "9.5 g/U", "9.5 g/U"),
    ],
)
def test_settings_of_glucose_are_told_in_the_unit_of_the_reader(
    kind: SettingKind, value: float, mgdl: str, mmoll: str
) -> None:
    where = Coordinate(kind=kind)
    assert (setting_value(where, value, MGDL), setting_value(where, value, MMOLL)) == (mgdl, mmoll)


def test_a_pen_has_a_dose_a_day_and_a_pump_a_rate() -> None:
    pen, pump = PEN_COORDINATES[0], PUMP_COORDINATES[0]
    assert (setting_name(pen), setting_value(pen, 20.0 / 24.0, MGDL)) == ("Long-acting insulin", "20 U a day")
    assert (setting_name(pump), setting_value(pump, 0.85, MGDL)) == ("Basal rate 00:00–06:00", "0.85 U/h")
