// Runs the original oref0 as a black box: made-up inputs in, the output of each stage out.
'use strict';

const fs = require('fs');

const AutosensLookBacks = { autosens_8h: 96, autosens_24h: 288 };
const FewestReadings = 36;

// The original asks for the time in many places; it stands still at each case's own.
const RealDate = Date;
let now = 0;
class FrozenDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(now);
    else super(...parts);
  }
  static now() {
    return now;
  }
}
global.Date = FrozenDate;
console.error = console.log = () => {};
process.stderr.write = () => true;

const library = 'oref0/lib/';
const lastGlucose = require(library + 'glucose-get-last');
const insulin = require(library + 'iob');
const meal = require(library + 'meal');
const autosens = require(library + 'determine-basal/autosens');
const determine = require(library + 'determine-basal/determine-basal');
const temps = require(library + 'basal-set-temp');

// Stages are separate programs that pass files on: each gets a copy, and what JSON cannot hold becomes null.
const copy = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

function readings(glucose) {
  return glucose.rows.map(([date, sgv, noise]) => ({
    date, dateString: new RealDate(date).toISOString(), sgv, glucose: sgv, device: 'cgm', type: 'sgv', noise,
  }));
}

function sensitivity(input, glucose) {
  const found = {};
  for (const [name, deviations] of Object.entries(AutosensLookBacks)) {
    found[name] = copy(autosens({
      iob_inputs: { clock: input.clock, history: copy(input.pumphistory), profile: copy(input.profile) },
      carbs: copy(input.carbs), glucose_data: copy(glucose), basalprofile: copy(input.profile.basalprofile),
      temptargets: copy(input.temptargets), retrospective: false, deviations,
    }));
  }
  return { ...found, autosens: { ratio: Math.min(...Object.values(found).map((one) => one.ratio)) } };
}

function carbs(input, glucose) {
  const found = copy(meal({
    history: copy(input.pumphistory), profile: copy(input.profile), basalprofile: copy(input.profile.basalprofile),
    clock: input.clock, carbs: copy(input.carbs), glucose: copy(glucose),
  }));
  if (glucose.length < FewestReadings) {
    // The program around this stage does so.
    found.mealCOB = 0;
    found.reason = 'not enough glucose data to calculate carb absorption';
  }
  return found;
}

function stages(input) {
  now = RealDate.parse(input.clock);
  const glucose = readings(input.glucose);
  const status = copy(lastGlucose(copy(glucose)));
  const found = input.autosens ? { autosens: input.autosens } : sensitivity(input, glucose);
  const iob = copy(insulin({
    history: copy(input.pumphistory), profile: copy(input.profile), clock: input.clock, autosens: copy(found.autosens),
  }));
  const eaten = carbs(input, glucose);
  const result = copy(determine(
    copy(status), copy(input.currenttemp), copy(iob), copy(input.profile), copy(found.autosens), copy(eaten), temps,
    input.microBolusAllowed, input.reservoir, new Date(),
  ));
  return { glucose_status: status, ...found, iob, meal: eaten, result };
}

const [, , source, target] = process.argv;
const cases = JSON.parse(fs.readFileSync(source)).map(({ id, input }) => ({ id, input, stages: stages(input) }));
fs.writeFileSync(target, JSON.stringify(cases));
