### Everything the dashboard says, in English. Plain words, whole sentences.
### Numbers arrive formatted; whole numbers may be passed as numbers where the wording depends on them.
## What this software is

disclaimer = GlucoTwin is research software, not a medical device. Do not use it to decide on treatment.
not-for-dosing = Not for deciding on doses. Talk about changes with your care team.
profile-review = This installation runs in the review profile: nobody is told anything about insulin doses.
profile-research = This installation runs in the research profile: clinicians and researchers may ask about insulin.

## Around every page

navigation = Pages
skip-to-content = Skip to the content
whose-twin = Whose twin
page-now = Now
page-try = Try it
page-days = Days
page-twin = Twin
page-clinic = Clinic
page-settings = Settings
page-consent = Consent
page-data = Data
loading = Loading …
close = Close
undo = Undo
try-again = Try again
show-all = Show all { $count }
value = Value
difference = Difference
range = { $low } to { $high }
above = above { $bound }
below = below { $bound }
time = Time
readings = Readings
offline-note = No connection. You see the last state; what you log is sent later.
queue-waiting = { $count ->
    [one] One entry waits to be sent.
   *[other] { $count } entries wait to be sent.
}
queue-refused = An entry was not taken: { $reason }

## What went wrong

problem-unknown = Something went wrong. Try again in a moment.
problem-offline = There is no connection to GlucoTwin at the moment.
problem-not-signed-in = Please sign in again.
problem-sign-in-refused = Name or password is not right.
problem-not-allowed = That is not open to you in this installation.
problem-consent-missing = Consent is needed for this. You decide on it under Settings, Consent.
problem-csrf = This page is too old. Load it again.
problem-file-too-large = The file is too large.
problem-too-many-requests = Too many tries. Wait a little.

## Signing in

sign-in-lead = A digital twin for diabetes: see where glucose is heading, and try what would change it.
sign-in-title = Sign in
sign-in = Sign in
sign-out = Sign out
sign-out-note = Signing out also wipes what this device has kept for use without a network.
register-title = Make an account
register = Make account
no-account = I have no account yet
have-account = I have an account
login = Sign-in name
password = Password
password-hint = At least { $count } characters; a few words are good.
your-name = Name
language = Language
language-en = English
language-de = Deutsch
provider-enter = Sign in with { $name }
provider-end = Sign out of { $name } too
provider-end-note = { $name } may still know who used this browser.
provider-problem-sign-in-refused = { $name } did not confirm the sign-in, or it took too long. Try again.
provider-problem-already-exists = That sign-in belongs to another account here, or this account has another sign-in at { $name } already.
provider-problem-not-allowed = Nobody here is known by that sign-in yet. Who has an account here signs in with the password and links it under Settings; new accounts are made by whoever runs this installation.
provider-problem-source-unreachable = { $name } cannot be reached at the moment. Passwords work as before.
provider-problem-source-answer = { $name } does not answer as it should. Tell whoever runs this installation.
provider-problem-unknown-name = { $name } has no way to sign out from here. Sign out on its own pages.
provider-problem-other = The sign-in with { $name } did not work. Try again in a moment.
demo-title = Look around
demo-text = One person of a consented open data set, with readings replayed live; for clinicians also a made-up person with type 2 diabetes. Clinicians can also ask about insulin and sign advice.
demo-open-person = Open as the person
demo-open-clinician = Open as their clinician

## A new person

new-person-title = For whom is the twin?
new-person-make = Go on
diabetes-type = Type of diabetes
type-type1 = Type 1
type-type2 = Type 2
type-gestational = In pregnancy
type-other = Another type
type-unknown = Not known
therapy = How insulin is given
therapy-closed-loop = By an automated pump
therapy-pump = By a pump
therapy-injections = By pen or syringe
therapy-no-insulin = No insulin
therapy-unknown = Not known
birth-year = Year of birth (if you like)
weight = Weight in kg (if you like)
zone = Time zone

## Now

now-value = Glucose
now-chart = The last hours and the next
now-empty = No readings in the last hours.
now-no-twin = There is no twin yet, so there is no forecast.
now-summary-past = In the last four hours glucose was between { $low } and { $high } { $unit }.
now-summary-ahead = In one hour it is expected near { $median } { $unit }, most likely between { $low } and { $high }.
zone-very-low = Very low
zone-low = Low
zone-in-range = In range
zone-high = High
zone-very-high = Very high
below-range = Low
above-range = High
stale = Out of date
stale-note = This value is old. Look at the sensor or measure with a finger-stick.
trend-falling-fast = Falling fast
trend-falling = Falling
trend-steady = Steady
trend-rising = Rising
trend-rising-fast = Rising fast
age-now = just now
age-minutes = { $count } min ago
age-hours = { $count ->
    [one] one hour ago
   *[other] { $count } hours ago
}
age-days = { $count } days ago
chance-very-small = very small
chance-in-ten = about { $count } in 10
chance-almost-certain = almost certain
risk-none = Neither a low nor a high above { $bound } { $unit } is likely in the next two hours.
risk-low = Could fall below { $bound } { $unit } in about { $minutes } minutes. Chance: { $chance }.
risk-high = Could rise above { $bound } { $unit } in about { $minutes } minutes. Chance: { $chance }.
risk-low-some-time = Could fall below { $bound } { $unit } in the next hours. Chance: { $chance }.
risk-high-some-time = Could rise above { $bound } { $unit } in the next hours. Chance: { $chance }.
risk-unknown = No forecast at the moment.
risk-withheld = The forecast is held back, because the twin is not sure enough.
insulin-on-board = Insulin still acting
insulin-below-usual = less than from the usual basal rate
carbs-on-board = Food still arriving
target-note = Target range { $low } to { $high } { $unit }
band-performance = Lately { $inside } % of the readings were inside the { $level } % band ({ $count } forecasts).
band-performance-few = How often the band holds is told after forecasts in { $needed } different hours; so far there were { $hours }.
offline-ahead = Continued on this device from the reading at { $time }. The fan gets wider until { $until }, when it ends.
offline-over = The last forecast has ended. There is none until GlucoTwin is reached again.
offline-counted = { $count ->
    [one] One entry that waits to be sent is counted.
   *[other] { $count } entries that wait to be sent are counted.
}
offline-uncounted = { $count ->
    [one] One entry could not be counted here, such as activity.
   *[other] { $count } entries could not be counted here, such as activity.
}
snooze = Be quiet for
snooze-for = { $minutes } min
snoozed-until = Quiet until { $time }
alarm-urgent-low-soon = Urgent low soon
alarm-low = Low
alarm-predicted-low = Low ahead
alarm-stale-data = No new readings
alarm-pump-site = Look at the pump's site
alarm-high = High
alarm-missed-bolus = A meal without insulin?
alarm-unexplained-rise = A rise without a reason
alarm-predicted-high = High ahead
alarm-i-see = I see it, quiet for
alarm-seen-by = { $name } has seen it ({ $time }).
alarm-told = { $count ->
    [one] A carer was told.
   *[other] { $count } carers were told.
}
alarm-settings-title = Alarms
alarm-settings-save = Save alarms
alarm-settings-saved = The alarms go by this from now on.
alarm-limit-urgent_low_mgdl = Urgent low
alarm-limit-low_mgdl = Low
alarm-limit-high_mgdl = High
alarm-horizons = How far to look ahead, in minutes
alarm-urgent_horizon_min = Urgent low
alarm-low_horizon_min = Low soon
alarm-high_horizon_min = High soon
alarm-horizons-note = Farther warns earlier and more often for nothing.
alarm-kinds-note = While an alarm is on, it is given again as often as chosen here.
alarm-repeat-of = How often is repeated: { $name }
alarm-repeat = again every { $minutes } min
alarm-repeat-never = not repeated
alarm-quiet = Quiet hours
alarm-quiet-from = From
alarm-quiet-to = To
alarm-quiet-none = No quiet hours
alarm-quiet-note = Alarms of highs, missed boluses and rises make no sound then. Lows, missing readings and the pump's site do, always.
alarm-kinds = Which alarms
alarm-always = cannot be switched off
alarm-carers = Carers, when an alarm stays on
alarm-carers-note = Without a choice a carer's own channels are told at once. With one, they are told only when nobody has quieted the alarm for so long.
alarm-carers-none = Nobody follows as a carer yet. Whoever is added as one can be told when an alarm stays on.
alarm-carer-none = told at once
alarm-carer-urgent = urgent lows after a while
alarm-carer-lows = all lows after a while
alarm-carer-all = all alarms after a while
alarm-carer-after = After

## Charts

chart-readings = readings
chart-forecast = forecast
chart-band = { $level } % band
chart-table = Show as a table, { $unit }
chart-low-end = { $band }, from
chart-high-end = { $band }, to
pool-meal = g
pool-insulin = U

## Logging

log-title = Log
log-meal = Food
log-insulin = Insulin
log-activity = Activity
log-meal-title = How much carbohydrate?
log-insulin-title = How much insulin was given?
log-activity-title = For how long?
log-meal-unit = g
log-insulin-unit = U
log-activity-unit = min
log-glucose = Glucose
log-glucose-title = What did the finger-stick measure?
log-when = When
log-now = Now
log-earlier = { $minutes } min ago
log-own-time = Other time
log-time = Date and time
log-own-amount = Another amount in { $unit }
log-save = Log
logged-meal = { $amount } g logged
logged-insulin = { $amount } U logged
logged-activity = { $amount } min logged
logged-glucose = { $amount } { $unit } logged
event-meal = { $carbs } g carbohydrate
event-bolus = { $insulin } U insulin
event-pen = { $insulin } U insulin by pen
event-activity = { $minutes } min activity
event-note = Note
event-other = { $kind }
events-none = Nothing logged in the last hours.

## Try it

try-mode = Ahead or back
try-ahead = The hours ahead
try-replay = A past day
try-lead-ahead = Put food or a walk onto the next four hours and see how the curve answers.
try-lead-replay = Move what was, or add to it: the twin says how those hours might have gone.
try-no-twin = Trying needs a twin.
try-which = Scenario
try-scenario = Scenario { $name }
try-from = From
try-meal = Food
try-fast = Fast sugar
try-bolus = Insulin
try-exercise = Walk
try-add-meal = Food
try-add-fast = Fast sugar
try-add-bolus = Insulin
try-add-exercise = Walk
try-basal = Basal rate: { $percent } %
try-item = { $what }, { $amount }, at { $time }
try-lane = What happens in this scenario
try-empty = Tap what you want to try, or drag it to its time on the chart.
try-how = Drag sideways for the time, up or down for the amount. By keyboard: arrow keys, and Delete to take something away.
try-why = Why did it go like this? Switch off what was:
try-count-meal = food counts
try-count-bolus = insulin counts
try-count-exercise = exercise counts
try-reset = Start this scenario again
try-too-many = At most { $count } changes at a time.
try-result = What it would change
try-none-yet = Nothing is changed yet.
try-count-unexplained = what is unexplained counts
try-explained-shown = show the day without it
try-explained = without what is unexplained
try-unexplained-up = What food, insulin and exercise on record do not explain had raised glucose by up to { $size } { $unit } (at { $time }): the space between the dotted line and what was.
try-unexplained-down = What food, insulin and exercise on record do not explain had lowered glucose by up to { $size } { $unit } (at { $time }): the space between the dotted line and what was.
try-unchanged = unchanged
try-lower = Up to { $size } { $unit } lower, { $hours } hours in (90 % band of the difference: { $low } to { $high }).
try-higher = Up to { $size } { $unit } higher, { $hours } hours in (90 % band of the difference: { $low } to { $high }).
try-no-insulin = Questions about insulin are for clinicians and researchers in the research profile.
outcome-mean_glucose_mgdl = Mean glucose
outcome-time_in_range_pct = Time in range
outcome-time_below_70_pct = Time below range
outcome-time_above_180_pct = Time above range
outcome-bands = Medians; differences with their 90 % band.

## Days

days-length = How many days
days-count = { $count } days
days-weekdays = Only these weekdays
weekday-0 = Mo
weekday-1 = Tu
weekday-2 = We
weekday-3 = Th
weekday-4 = Fr
weekday-5 = Sa
weekday-6 = Su
days-until = Up to
day-fingersticks = Finger-sticks
day-time = Time
copied = Copied
copy-text = Copy as text
print-page = Print
days-none = No readings in this time.
days-too-few = Too few readings for a usual day.
days-share = Glucose was between { $low } and { $high } { $unit } for { $percent } % of the time: { $time } a day.
days-mean = Its mean was { $mean } { $unit }. There were readings for { $active } % of the time.
hours-minutes = { $hours } h { $minutes } min
modal-day-title = The usual day
modal-median = middle value
modal-half = half of all days
modal-most = nine days in ten
modal-summary = On a usual day glucose is highest around { $highTime } ({ $high } { $unit }) and lowest around { $lowTime } ({ $low }). Lows are nearest around { $nearTime }, when one day in twenty is below { $near } { $unit }.
range-title = Time in range
range-column = Glucose
share = Share
a-day = A day
goal = Goal
goal-met = met
goal-missed = not met
measures-title = Numbers
measure = Measure
measure-mean = Mean
measure-mean-hint = mean of all readings
measure-gmi = GMI
measure-gmi-hint = an HbA1c worked out from the mean; the laboratory's may differ
measure-cv = Variation (CV)
measure-cv-hint = how much glucose swings; stable up to 36 %
measure-gri = Risk index (GRI)
measure-gri-hint = 0 is best, 100 worst
measure-lows = Lows a week
measure-lows-hint = at least 15 minutes below 70 mg/dL (3.9 mmol/L)
measure-severe-lows = Very low a week
measure-severe-lows-hint = at least 15 minutes below 54 mg/dL (3.0 mmol/L)
measure-active = Sensor time
measure-active-hint = share of the time with readings; 70 % are needed to judge
day-list-title = Day by day
day = Day
day-shares = Below, in, above range
day-carbs = Carbs
day-insulin = Insulin
day-back = All days
day-before = The day before
day-after = The day after
day-empty = No readings on this day.
day-summary = Between { $low } and { $high } { $unit }; { $percent } % of the readings in range.
day-outcome = what then happened
day-forecast = { $count ->
    [one] The forecast of this day
   *[other] Forecasts of this day ({ $count })
}
day-forecast-none = none shown
day-forecast-at = Forecast of { $time }
day-forecast-result = Of { $count } readings that followed, { $inside } were inside the 90 % band.
day-events = Entries

## Twin

twin-lead = Learned from { $start } to { $end }, out of { $count } readings.
twin-none = There is no twin yet. It needs about two weeks of readings, better with food and insulin.
twin-make = Make the twin
twin-cautions = Keep in mind
twin-invalid = This twin should not be used
twin-effect = What food and insulin do
twin-effect-hint = At rest and alone, with the 90 % band.
twin-carb-factor = 10 g of carbohydrate
twin-correction-factor = One unit of insulin
twin-quality = How well it fits
verdict-pass = It describes the data well.
verdict-caution = It describes the data, with reservations.
verdict-fail = It does not describe the data well enough.
twin-refit = Learn again
twin-freeze = Freeze
twin-thaw = Go on learning
twin-freeze-note = Frozen, the twin stays as it is and learns nothing new.
twin-frozen-note = The twin is frozen: it learns nothing new.
twin-parameters = What the twin knows about me
twin-parameters-hint = Grey: usual for people like you. Blue: you, with 90 % certainty. The line is the most likely value.
compared-alike = No clear difference from what is usual.
compared-below = About { $percent } % below what is usual.
compared-above = About { $percent } % above what is usual.
compared-times = About { $factor } times what is usual.
informed-much = Mostly learned from your data.
informed-some = Partly learned from your data.
informed-little = Mostly what is usual; your data say little about it.
parameter-subcutis-transfer-per-min = How fast insulin leaves the skin
parameter-subcutis-absorption-per-min = How fast insulin reaches the blood
parameter-gut-emptying-per-min = How fast the stomach empties
parameter-gut-absorption-per-min = How fast food reaches the blood
parameter-glucose-effectiveness-per-min = How much glucose levels itself out
parameter-glucose-basal-mgdl = Where glucose settles at rest
parameter-glucose-action-rate-per-min = How fast insulin starts to act
parameter-glucose-sensitivity-night = How strongly insulin acts at night
parameter-glucose-sensitivity-morning = How strongly insulin acts in the morning
parameter-glucose-sensitivity-afternoon = How strongly insulin acts in the afternoon
parameter-glucose-sensitivity-evening = How strongly insulin acts in the evening
parameter-glucose-volume-dl-per-kg = In how much body fluid glucose spreads
parameter-noise-flux-sd-mgdl-per-min = How much is left unexplained
parameter-noise-flux-time-min = How long the unexplained lasts
parameter-noise-jump-sd-mgdl = How large sudden jumps are
parameter-noise-sensor-sd-mgdl = How noisy the sensor is
twin-history = Its history
history-adopted = Adopted
history-shadowed = Tried in the background
history-promoted = Promoted
history-retired = Retired
history-rolled-back = Rolled back
twin-rollback = Back to the version before
rollback-why = Asked for in the dashboard.
job-waiting = Waiting
job-running = Working
job-failed = That did not work.
job-cancelled = Called off.
job-cancel = Call it off
job-progress = How far it is
job-note = You may leave this page; it goes on.
quality-title = Data quality
quality-none = Nothing stood out.
severity-info = Note
severity-warning = Look
severity-error = Error
corrections-title = Corrected
correction-assumed = { $corrected } assumed
correction-change = { $original } → { $corrected }
correction-left-out = left out
correction-left-out-value = { $original }, left out
correction-nothing = nothing
correction-refuse = Use the original
correction-accept = Correct it
correction-refused = The original is used.
correction-accepted = The correction is used.
correction-is-refused = You refused this; the original is used.
quality-notes = { $count ->
    [one] One note
   *[other] { $count } notes
}
reason-ambiguous-times = The hour that the clock change repeats.
reason-basal-milliunits = Given in thousandths of a unit.
reason-cancelled-boluses = Nothing was delivered.
reason-cancelled-meals = Belongs to a bolus that was cancelled and entered again.
reason-daily-totals-only = Only the day's total is known.
reason-duplicate-rows = The same entry twice.
reason-extended-duration-assumed = For how long the bolus was extended is not recorded.
reason-extended-part-inferred = Only the first part of the bolus is recorded; the rest is worked out.
reason-impossible-values = No body has this value.
reason-meal-times-assumed = Logged without a time of day.
reason-meals-logged-twice = Logged as food and in the calculator.
reason-not-delivered = Programmed, but not delivered.
reason-programmed-basal-replaced = Another rate was given instead.
reason-repeated-basal-times = Replaced by another rate at the same moment.
reason-repeated-glucose-times = Came late, with another reading's time.
reason-sources-overlap = Several devices reported it.
reason-unit-inferred = The unit is worked out from the values.
reason-wrong-clock = The device's clock was wrong.
unit-g = g
unit-min = min
unit-mmoll = mmol/L
unit-u = U
unit-u-per-h = U/h
stream-glucose = Glucose
stream-meal = Food
stream-bolus = Bolus
stream-pen = Pen
stream-basal = Basal
stream-activity = Activity
own-data-title = My data
report-open = Open the report
export = Take everything along (ZIP)
erase = Delete everything …
erase-title = Delete everything?
erase-text = All readings, entries, forecasts and the twin are deleted, and the key that could read them. This cannot be undone.
erase-type = Type { $name } to confirm
erase-confirm = Delete everything
erase-done = Everything is deleted.

## Data

data-bring = Bring in data
data-lead = A file of a sensor, pump, app, phone or another program: GlucoTwin recognises some thirty formats.
data-file = Files
data-reading = Reading the file …
data-added = Added: { $what }
data-repeated = Already there: { $what }

## Consent

consent-lead = You decide for each purpose by itself. Every decision can be taken back, and that counts at once.
consent-none = Not given
consent-given = Given on { $date }
consent-revoked = Taken back on { $date }
consent-version = (wording { $version })
consent-new-version = There is a newer wording. Please read it and decide again.
consent-give = I agree
consent-revoke = Take back
consent-done = Done

## Clinic

panel-lead = Who needs a look first stands on top: alarms, then the risk of a low, then of a high, then old or few readings.
page-follow = People I follow
panel-hidden = { $count ->
    [one] One more person does not let you see their data at present.
   *[other] { $count } more people do not let you see their data at present.
}
panel-person = Person
panel-age = Last reading
panel-risk = Ahead
panel-alarms = Alarms
panel-calm = calm
panel-low = low, { $chance }
panel-high = high, { $chance }
panel-no-readings = none in two weeks
panel-data = Sensor worn, two weeks
panel-worn = { $percent } %
panel-sparse = too little
panel-more = Show { $count } more

worsening-title = Slow changes for the worse
worsening-none = Nothing that is watched gets worse, or there are too few measurements.
worsening-note = HbA1c, time in range, kidney function and albumin in the urine are watched. A line through the measurements is compared with published limits.
worsening-clear = clear
worsening-possible = possible

## Advice and its review

advice-title = Advice of your care team
advice-by = Signed by { $name } on { $day }
advice-carb-ratio = Carb ratio: { $value } g per unit instead of { $present }
advice-correction-factor = Correction factor: { $value } { $unit } per unit instead of { $present }
advice-basal = Basal rate: { $value } U/h instead of { $present }
advice-rescue-carbs = { $value } g of fast carbohydrate when a low is coming
advice-meal-lead = Insulin { $value } minutes before eating
advice-walk = A walk of { $value } minutes
advice-at-hours = { $words } (from { $start } to { $end })
advice-unit-carb-ratio = g per unit
advice-unit-correction-factor = { $unit } per unit
advice-unit-basal = U/h
advice-unit-rescue-carbs = g
advice-unit-meal-lead = minutes
advice-unit-walk = minutes
advice-your-answer = Your answer
advice-agree = I agree
advice-agreed = { $name } agreed.
advice-disagreed = { $name } disagreed.
advice-answered = Your care team sees your answer.
disagree-everyday = No: does not fit my day
disagree-lows = No: I fear lows
disagree-tried = No: tried before
disagree-other = No: let us talk
propose-title = Propose a change
propose-this = Propose this change
propose-made = The proposal waits for a signature under Clinic.
propose-kind = What
propose-carb-ratio = Carb ratio
propose-correction-factor = Correction factor
propose-basal = Basal rate
propose-rescue-carbs = Food against a coming low
propose-meal-lead = Insulin before the meal
propose-walk = A walk
propose-present = Today, in { $unit }
propose-value = Proposed, in { $unit }
propose-from = From
propose-to = To
propose-why = Why, in words for the person
propose-evidence = The twin is asked again, and its answer is kept with the proposal.
propose-send = Keep for review
therapy-title = Compare therapies for { $name }
therapy-lead = The last days are replayed on the twin under up to three alternatives; everything else stays as it was.
therapy-days = Days to replay
therapy-kind-none = left out
therapy-kind-basal = Basal rate
therapy-kind-carb-ratio = Carb ratio and correction factor
therapy-kind-insulin = Another mealtime insulin
therapy-kind-timing = Boluses before meals
therapy-percent = Change in %, negative for less
therapy-ratio = Grams per unit
therapy-factor = { $unit } per unit
therapy-minutes = Minutes earlier
therapy-insulin = Insulin
therapy-compare = Compare
therapy-day = The median day of each
therapy-day-summary = { $name }: median highest at { $highTime } with { $high } { $unit }, lowest at { $lowTime } with { $low } { $unit }.
therapy-was = As it was
therapy-research = Comparing therapies needs the research profile.
settings-title = Advice on settings for { $name }
settings-lead = The last days are replayed on the twin with small steps of the settings. What is found is a proposal for you to check, change and sign.
settings-research = Advice on settings needs the research profile.
settings-ask = Look for better settings
settings-present = Settings of today, where they are not on record
settings-ratio = Carb ratio, g per unit
settings-factor = Correction factor, { $unit } per unit
settings-aim = Target, { $unit }
settings-none = Nothing is advised.
settings-now = Today
settings-then = Advised
settings-certainty = The person fares better in { $percent } % of the twin's draws.
settings-others = Other plans within the limits
settings-habits = Habits, with the settings of today
settings-silent = On what nothing is said
settings-replayed = { $days } days replayed
settings-because = Replay of the last days: { $why }
follow-up-show = What became of it
follow-up-title = { $before } days before, { $after } days since
follow-up-achieved = achieved { $achieved } { $band }
follow-up-predicted = predicted { $predicted } { $band }
follow-up-as-predicted = as predicted
follow-up-less = less than predicted
follow-up-more = more than predicted
review-title = Proposals for { $name }
review-lead = The person sees a proposal when it is signed, and never before.
review-none = No proposals yet.
review-waiting = waits for review
review-signed = signed
review-declined = declined
review-ended = ended
review-by = Proposed by { $name } on { $day }.
review-decided = Decided by { $name } on { $day }: { $reason }
review-evidence = What the twin { $version } answered
review-proposed = Proposed
review-reason = Reason for your decision
review-sign = Sign
review-decline = Decline
review-end = End this advice
review-course-first = Before the first signature stands the course below.
course-title = How to read a twin
course-lead = Five short lessons and four questions. They stand before your first signature.
course-passed = You passed version { $version } on { $day }.
course-wrong = Not quite. Read the lesson again.
course-send = Look at my answers

## Alarms elsewhere, and apps

channels-title = Alarms outside this page
channels-lead = You choose where alarms reach you while no page is open. Everybody who follows a person chooses for themselves.
channels-sensor = Keep the alarms of the sensor switched on. A message can come late or not at all. Alarms can be quiet for a while; an urgent low cannot be switched off here.
channel-push = notification
channel-email = Mail address
channel-webhook = Web address, for a speaker, a watch or home automation
channel-this-device = This device
channel-other-device = Another device
channel-add = Add
channel-add-push = Notify on this device
channel-add-email = Add a mail address
channel-add-webhook = Add a web address
channel-save = Add
channel-code = Code from the mail
channel-confirm = Confirm
channel-test = Try
channel-test-of = Try: { $name }
channel-tested = A message was sent that says it is only a try.
channel-end = Remove
channel-end-of = Remove: { $name }
channel-secret = What proves that a message comes from here (shown once):
channel-refused = This device does not allow it. Allow notifications in the browser's settings; on an iPhone, put GlucoTwin on the home screen first.
tokens-title = Apps
tokens-lead = Apps that know Nightscout, and programs, read or upload with a token. It opens this person's data alone and can be taken back at any time.
token-name = For which app
token-what = It may
token-follow = read
token-upload = read and upload
token-make = Make a token
token-shown = Enter this in the app. It is shown only once:
token-until = until { $date }
token-used = last used { $date }
token-unused = never used
token-end = Take back
token-end-of = Take back: { $name }

## Settings

settings-display = Display
settings-unit = Unit of glucose
settings-theme = Colours
theme-system = Like the device
theme-light = Light
theme-dark = Dark
settings-target = Target range
target-standard = Usual
target-older = Older people
target-pregnancy-type-1 = Pregnancy with type 1
target-gestational = Diabetes from pregnancy
target-own = My own
target-low = From
target-high = To
target-own-bounds = The bounds have to rise and to lie from { $low } to { $high } { $unit }; until then the range before holds.
settings-account = Account
settings-about = About
identity-title = Sign-in with { $name }
identity-lead = Link this account, and you can sign in with { $name } besides your password. Nothing else is told to { $name }.
identity-linked = Linked since { $date }.
identity-link = Link with { $name }
identity-unlink = End the link
identity-only-way = It is the only way into this account, which has no password; so the link cannot be ended.
members-title = Who may see this twin
members-hint = Family, carers and clinicians see what the profile allows them.
member-add = Let in
member-remove = Remove
member-role = As
role-person = the person
role-carer = carer
role-clinician = clinician
role-researcher = researcher

questions-of = What { $name } says
questions-course = { $title }: { $first } at first, { $last } now (most { $most }).
questions-least = least
questions-most = most
questions-title = How life goes
questions-none = Nothing was answered yet. A few questions every two weeks show whether everyday life gets easier.
questions-fill = Fill in: { $title }
questions-send = Keep my answers
questions-kept = Answers kept
questions-day = Day
questions-score = { $score } of { $most }
questions-take-out = Take out
questions-note = More is better in our own form. Scores are for comparing with yourself; whoever you let see your data sees them too.

## Regimens of type 2 diabetes

regimen-title = Regimens for type 2 diabetes
regimen-lead = What medicines would do within a year to a person as a letter describes them, added to what is taken today. Leave empty what was not measured. Nothing is kept.
regimen-filled = Filled in with what is on record of { $name }. Change what is different; the record stays as it is.
regimen-sex = Sex
regimen-sex-male = male
regimen-sex-female = female
regimen-field-age = Age, years
regimen-field-diabetes-duration-y = Years since the diagnosis
regimen-field-hba1c-pct = HbA1c, %
regimen-field-bmi = BMI, kg/m²
regimen-field-egfr = eGFR, mL/min/1.73 m²
regimen-field-acr-mg-g = Albumin to creatinine, mg/g
regimen-field-sbp-mmhg = Systolic pressure, mmHg
regimen-field-ldl-mmoll = LDL cholesterol, mmol/L
regimen-field-hdl-mmoll = HDL cholesterol, mmol/L
regimen-field-total-cholesterol-mmoll = Total cholesterol, mmol/L
regimen-region = Risk region
regimen-region-low = Europe, low
regimen-region-moderate = Europe, moderate
regimen-region-high = Europe, high
regimen-region-very-high = Europe, very high
regimen-region-north-america = North America
regimen-region-other = elsewhere
regimen-facts = What holds
regimen-fact-smoker = smokes
regimen-fact-history-heart-failure = heart failure
regimen-fact-history-mi = has had a heart attack
regimen-fact-statin = takes a statin
regimen-fact-blood-pressure-treated = takes medicines against high pressure
regimen-fact-oral-diabetes-drug = takes tablets against diabetes
regimen-draft = Regimen { $number }
regimen-medicine = Medicine { $number }
regimen-name-diet = eating less
regimen-name-programme = weight loss programme
regimen-name-training = training
regimen-name-low-carb = fewer carbohydrates
regimen-name-time-restricted = shorter eating window
regimen-titrated = follows fasting glucose
regimen-dose = Dose, { $unit }
regimen-unit-mg-day = mg a day
regimen-unit-mg-week = mg a week
regimen-unit-u-day = units a day
regimen-unit-u-week = units a week
regimen-unit-kcal-day-less = kcal a day less
regimen-unit-kcal-day-less-at-first = kcal a day less at first
regimen-unit-min-week = minutes a week
regimen-unit-g-day-less = g a day less
regimen-unit-h-day-less = hours a day less
regimen-compare = Compare
regimen-plan = Plan for all targets
regimen-plan-title = The fewest medicines for HbA1c, pressure and LDL cholesterol
regimen-chance = Chance of all three
regimen-serves-hba1c = For HbA1c: { $names }
regimen-serves-sbp = For blood pressure: { $names }
regimen-serves-ldl = For LDL cholesterol: { $names }
regimen-left-out = Left out { $name }: { $reason }
regimen-candidate = Added
regimen-hba1c = HbA1c after { $months } months, %
regimen-weight = Weight
regimen-range = In range
regimen-lows = Felt lows a year
regimen-cost = Cost, 1–4
regimen-risk = Heart and vessels in 10 years
regimen-unbeaten = no other is better all round
regimen-note = Brackets: 10th to 90th percentile of how people respond. In range: 70–180 mg/dL, from mean glucose. Risk: SCORE2-Diabetes, otherwise PREVENT or RECODe.
regimen-action-contraindicated = Contraindicated
regimen-action-contraindicated-if = Contraindicated if
regimen-action-avoid = Better avoided
regimen-action-dose = Dose
regimen-action-watch = Mind
regimen-verdict-follows = Follows
regimen-verdict-open = Leaves open
regimen-verdict-against = Goes against
regimen-not-advice = A model of average people, checked against published trials with hits and misses. Research software, not a medical device; no advice to start, change or stop a treatment.
regimen-kilogram = { $change } kg

## Years ahead

page-years = Years ahead
years-lead = What published equations say of people like this one: by year, as things go on and on candidate regimens. Each equation tells of groups, not of this person's fate.
years-lead-person = What research found in many people like you: how often something happened to them within years. It is not your fate, and much of it can be changed: talk it over with your care team.
years-about = The person today
years-filled = Filled in from the record where it says something; check it and add what is missing. Leave empty what was not measured.
years-empty = The record says nothing yet: fill in what is known. Leave empty what was not measured.
years-origin-profile = from the profile
years-origin-laboratory = laboratory, { $day }
years-origin-medicine = from medicines on record
years-origin-insulin = from insulin on record
years-origin-sensor = from the sensor
years-origin-told = told
years-regimens = Regimens to compare with (optional)
years-horizon = How far ahead
years-after = { $years } years
years-ask = Look ahead
years-unchanged = as things go on
years-by-year = By year
years-event = What may happen
years-plain = Of 100 people like this, about { $count } are expected to have this within { $years } years as things go on: { $event }.
years-plain-few = Of 100 people like this, fewer than one is expected to have this within { $years } years as things go on: { $event }.
years-today = today
years-summary = { $name }: { $percent } after { $years } years.
years-table = Share of people by the end of { $years } years (UKPDS Outcomes Model 2, 1,000 simulated lives each)
years-scores = By each score
years-scores-note = Scores were made from different people, count different events and do not agree. That is what is known; no average is made of them.
years-score = Score
years-within = Within
years-refused = { $score } is not meant for this person:
years-not-advice = Research software, not a medical device; no advice to start, change or stop a treatment. A year of slow change is in every column. Where a class of medicines has trials of heart and kidney, their effect is in the numbers.
years-link = Look years ahead
