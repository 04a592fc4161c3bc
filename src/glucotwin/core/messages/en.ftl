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

## glucotwin import

import-progress = Importing { $name }
import-person = Person { $person }: { $diabetes }, therapy { $therapy }, local time of { $zone }.
import-read-as = Read { $name } as { $format }.
import-coverage = What there is
import-findings = What was noticed
import-no-findings = Nothing was noticed.
import-saved = Saved to { $path }.
import-column-stream = data
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
