"""Options that say what is changed in a what-if, and how dosing answers."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, TypeVar, Unpack
from zoneinfo import ZoneInfo

import click

from glucotwin.cli.time import TimedNumber, TypedTime, at_zone

if TYPE_CHECKING:
    from glucotwin.advise.change import Change
    from glucotwin.advise.dosing_plan import DosingPlan

Function = TypeVar("Function", bound=Callable[..., object])
Timed = tuple[tuple[datetime, float], ...]

HELD, CALCULATOR, PROPORTIONAL = "held", "calculator", "proportional"


class ChangeArguments(TypedDict):
    """What click hands over for the options of ``change_options``."""

    scale_bolus: Timed
    shift_bolus: Timed
    add_bolus: Timed
    split_bolus: Timed
    split_over: float
    scale_meal: Timed
    shift_meal: Timed
    add_carbs: Timed
    add_fast_carbs: Timed
    set_protein: Timed
    set_fat: Timed
    set_fibre: Timed
    add_exercise: Timed
    intensity: float
    remove_exercise: tuple[datetime, ...]
    scale_basal: float | None
    insulin: str | None
    leave_out_unexplained: bool
    dosing: str
    algorithm: str | None
    carb_ratio: float | None
    correction_factor: float | None
    target: float | None


_TIMED = (
    ("--scale-bolus", "TIME=FACTOR", "Multiply the bolus at a time, e.g. 2024-03-20T18:30=1.2."),
    ("--shift-bolus", "TIME=MIN", "Move the bolus at a time; negative minutes are earlier."),
    ("--add-bolus", "TIME=U", "Add a bolus of some units."),
    ("--split-bolus", "TIME=SHARE", "Give a share (0 to 1) of the bolus at once and the rest over --split-over."),
    ("--scale-meal", "TIME=FACTOR", "Multiply the meal at a time."),
    ("--shift-meal", "TIME=MIN", "Move the meal at a time; negative minutes are earlier."),
    ("--add-carbs", "TIME=G", "Add some grams of carbohydrate, as of a mixed meal."),
    ("--add-fast-carbs", "TIME=G", "Add some grams of fast carbohydrate, as of glucose tablets or juice."),
    ("--set-protein", "TIME=G", "Give the meal at a time some grams of protein."),
    ("--set-fat", "TIME=G", "Give the meal at a time some grams of fat."),
    ("--set-fibre", "TIME=G", "Give the meal at a time some grams of fibre."),
    ("--add-exercise", "TIME=MIN", "Add some minutes of exercise of --intensity."),
)
_PLAIN = (
    click.option(
        "--split-over", type=click.FloatRange(1.0, 1440.0), default=120.0, show_default=True, help="Minutes of a split."
    ),
    click.option(
        "--intensity",
        type=click.FloatRange(0.0, 1.0),
        default=0.5,
        show_default=True,
        help="Intensity of added exercise, as a share of maximal oxygen uptake.",
    ),
    click.option(
        "--remove-exercise", type=TypedTime(), multiple=True, metavar="TIME", help="Leave out the exercise at a time."
    ),
    click.option("--scale-basal", type=click.FloatRange(0.0, 10.0), help="Multiply the basal rate."),
    click.option("--insulin", metavar="PRODUCT", help="Another mealtime insulin, e.g. faster-aspart or regular."),
    click.option("--leave-out-unexplained", is_flag=True, help="Leave out what nothing on record explains."),
    click.option(
        "--dosing",
        type=click.Choice([HELD, CALCULATOR, PROPORTIONAL]),
        default=HELD,
        show_default=True,
        help="How insulin answers: held as recorded; boluses by a calculator; or in proportion to what changed.",
    ),
    click.option(
        "--algorithm", metavar="NAME", help="Put all insulin in the hands of a dosing algorithm, e.g. loop or oref0."
    ),
    click.option("--carb-ratio", type=click.FloatRange(0.5, 200.0), help="Calculator or algorithm: grams per unit."),
    click.option(
        "--correction-factor", type=click.FloatRange(2.0, 500.0), help="Calculator or algorithm: mg/dL per unit."
    ),
    click.option("--target", type=click.FloatRange(70.0, 250.0), help="Calculator or algorithm: target in mg/dL."),
)


def change_options(function: Function) -> Function:
    """Adds the options; those with a time may be given several times."""
    for option in reversed(_PLAIN):
        function = option(function)
    for name, metavar, text in reversed(_TIMED):
        function = click.option(name, type=TimedNumber(), multiple=True, metavar=metavar, help=text)(function)
    return function


def changes_of(zone: ZoneInfo, **given: Unpack[ChangeArguments]) -> "tuple[Change, ...]":
    """The changes that the options ask for, times without an offset being local."""
    from glucotwin.advise import activity_change, change, regimen_change
    from glucotwin.advise.unexplained_change import LeaveOutUnexplained
    from glucotwin.domain.meal import Absorption

    def each(pairs: Timed, make: "Callable[[datetime, float], Change]") -> "list[Change]":
        return [make(at_zone(time, zone), number) for time, number in pairs]

    basal, insulin, over, level = given["scale_basal"], given["insulin"], given["split_over"], given["intensity"]
    composed, split = regimen_change.ChangeComposition, regimen_change.SplitBolus
    exercise, rest = activity_change.AddExercise, activity_change.RemoveExercise
    fast = Absorption.FAST
    return (
        *each(given["scale_bolus"], lambda at, factor: change.ScaleBolus(at=at, factor=factor)),
        *each(given["shift_bolus"], lambda at, minutes: change.ShiftBolus(at=at, minutes=minutes)),
        *each(given["add_bolus"], lambda at, insulin_u: change.AddBolus(at=at, insulin_u=insulin_u)),
        *each(given["split_bolus"], lambda at, share: split(at=at, now_fraction=share, over_min=over)),
        *each(given["scale_meal"], lambda at, factor: change.ScaleMeal(at=at, factor=factor)),
        *each(given["shift_meal"], lambda at, minutes: change.ShiftMeal(at=at, minutes=minutes)),
        *each(given["add_carbs"], lambda at, carbs_g: change.AddMeal(at=at, carbs_g=carbs_g)),
        *each(given["add_fast_carbs"], lambda at, carbs_g: change.AddMeal(at=at, carbs_g=carbs_g, absorption=fast)),
        *each(given["set_protein"], lambda at, grams: composed(at=at, protein_g=grams)),
        *each(given["set_fat"], lambda at, grams: composed(at=at, fat_g=grams)),
        *each(given["set_fibre"], lambda at, grams: composed(at=at, fibre_g=grams)),
        *each(given["add_exercise"], lambda at, long: exercise(at=at, duration_min=long, intensity_fraction=level)),
        *(rest(at=at_zone(time, zone)) for time in given["remove_exercise"]),
        *(() if basal is None else (change.ScaleBasal(factor=basal),)),
        *(() if insulin is None else (regimen_change.ChangeProduct(product=insulin),)),
        *((LeaveOutUnexplained(),) if given["leave_out_unexplained"] else ()),
    )


def dosing_of(**given: Unpack[ChangeArguments]) -> "DosingPlan | None":
    """How dosing answers; a setting of the calculator asks for the calculator."""
    from glucotwin.advise.algorithm_plan import FollowAlgorithm
    from glucotwin.advise.dosing_plan import AnswerProportionally, Redose

    settings = (given["carb_ratio"], given["correction_factor"], given["target"])
    if given["algorithm"] is not None:
        if given["dosing"] != HELD:
            raise click.UsageError("--algorithm doses by itself; leave out --dosing.")
        return FollowAlgorithm(
            algorithm=given["algorithm"],
            carb_ratio_g_per_u=settings[0],
            correction_factor_mgdl_per_u=settings[1],
            target_mgdl=settings[2],
        )
    if any(value is not None for value in settings) and given["dosing"] == PROPORTIONAL:
        raise click.UsageError("--carb-ratio, --correction-factor and --target need --dosing calculator.")
    if given["dosing"] == CALCULATOR or any(value is not None for value in settings):
        return Redose(carb_ratio_g_per_u=settings[0], correction_factor_mgdl_per_u=settings[1], target_mgdl=settings[2])
    return AnswerProportionally() if given["dosing"] == PROPORTIONAL else None
