/** What the service sends and takes; units stand in the names, glucose is in mg/dL. */

export type Role = "person" | "carer" | "clinician" | "researcher";
export type Profile = "review" | "research";
export type Purpose = "care-view" | "personal-twin" | "population-learning" | "research-export";

export interface About {
  name: string;
  version: string;
  profile: Profile;
  demo: boolean;
  registration_open: boolean;
  disclaimer: string;
  locales: string[];
}

export interface Account {
  account_id: string;
  login: string;
  display_name: string;
  locale: string;
  is_admin: boolean;
}

export interface Session {
  account: Account;
  csrf_token: string;
  expires_at: string;
}

/** Somebody who does not let the asker see more than that they exist. */
export interface HiddenPerson {
  person_id: string;
  role: Role;
  consents: Purpose[];
  visible: false;
}

export interface Person {
  person_id: string;
  visible: true;
  display_name: string;
  role: Role;
  zone: string;
  diabetes_type: string;
  therapy: string;
  birth_year: number | null;
  adult: boolean | null;
  sex: string;
  height_cm: number | null;
  weight_kg: number | null;
  created_at: string;
  has_twin: boolean;
  frozen: boolean;
  consents: Purpose[];
  last_reading_at: string | null;
}

export interface Reading {
  time: string;
  glucose_mgdl: number;
  kind?: string;
  censoring?: "none" | "low" | "high";
}

export type EventStream = "meal" | "bolus" | "pen" | "basal" | "activity" | "condition" | "note" | "ketone" | "alcohol";

export interface LifeEvent {
  event_id: string;
  stream: EventStream | string;
  time: string;
  source?: string;
  carbs_g?: number | null;
  protein_g?: number | null;
  fat_g?: number | null;
  insulin_u?: number | null;
  extended_u?: number | null;
  extended_min?: number | null;
  duration_min?: number | null;
  rate_u_per_h?: number | null;
  activity_type?: string | null;
  intensity_fraction?: number | null;
  kind?: string | null;
  text?: string | null;
  /** What else a stream has; no page reads it. */
  [field: string]: unknown;
}

export interface Band {
  level: number;
  low_mgdl: (number | null)[];
  high_mgdl: (number | null)[];
}

export interface ForecastCurve {
  forecast_id: number | string;
  origin: string;
  t_min: number[];
  median_mgdl: (number | null)[];
  bands: Band[];
  probability_below_70: number[];
  probability_below_54: number[];
  future_inputs: string;
  last_reading_age_min: number;
  method: string;
  twin_version: string | null;
  issued_at: string;
}

export type Trend = "falling-fast" | "falling" | "steady" | "rising" | "rising-fast" | "unknown";

export interface Alarm {
  kind: string;
  title: string;
  sentence: string;
  since: string;
  on: boolean;
  urgent: boolean;
  audible: boolean;
  probability: number | null;
  lead_min: number | null;
  snoozed_until: string | null;
}

export interface NextRisk {
  kind: "low" | "high" | "none";
  probability: number;
  in_min: number | null;
  sentence: string;
}

export interface NowAnswer {
  person_id: string;
  as_of: string;
  reading: (Reading & { age_min: number; stale: boolean }) | null;
  trend_mgdl_per_min: number | null;
  trend: Trend;
  insulin_on_board_u: number | null;
  carbs_on_board_g: number | null;
  recent: Reading[];
  events: LifeEvent[];
  forecast: ForecastCurve | null;
  forecast_withheld: { code: string; detail: string } | null;
  next_risk: NextRisk | null;
  sentence: string;
  alarms: Alarm[];
  /** The share is null until there were forecasts in enough different hours. */
  band_performance: {
    level: number;
    inside_fraction: number | null;
    forecasts: number;
    hours: number;
    hours_needed: number;
  } | null;
  twin_version: string | null;
  limits: string;
}

export interface DailySummary {
  day: string;
  readings: number;
  coverage_pct: number | null;
  mean_mgdl: number | null;
  time_in_range_pct: number | null;
  time_below_pct: number | null;
  time_above_pct: number | null;
  carbs_g: number | null;
  bolus_u: number | null;
  basal_u: number | null;
  pen_u: number | null;
}

export interface ModalDay {
  minute_of_day: number[];
  p05_mgdl: (number | null)[];
  p25_mgdl: (number | null)[];
  p50_mgdl: (number | null)[];
  p75_mgdl: (number | null)[];
  p95_mgdl: (number | null)[];
  readings: number[];
}

export interface DaysAnswer {
  person_id: string;
  zone: string;
  /** Moments; the end is no part of the days. Null without any day. */
  start: string | null;
  end: string | null;
  days: number;
  target: { name: string; low_mgdl: number; high_mgdl: number };
  modal_day: ModalDay | null;
  daily: DailySummary[];
  metrics: Record<string, unknown> | null;
  sentence: string;
}

export interface TwinParameter {
  name: string;
  words: string;
  unit: string;
  median: number;
  low: number;
  high: number;
  prior_median: number | null;
  prior_low: number | null;
  prior_high: number | null;
  informed_fraction: number | null;
  informed_words: string;
}

export interface TwinAnswer {
  person_id: string;
  version: string;
  body: string;
  fitted: { start: string; end: string; readings: number };
  parameters: TwinParameter[];
  effect: {
    anchor: string;
    anchored_share: number;
    correction_factor_mgdl_per_u: number | null;
    correction_factor_low: number | null;
    correction_factor_high: number | null;
    carb_factor_mgdl_per_g: number | null;
    carb_factor_low: number | null;
    carb_factor_high: number | null;
  } | null;
  fit_quality: { verdict: "pass" | "caution" | "fail"; residual_sd_mgdl: number | null; warnings: string[] };
  history: { at: string; event: string; version: string; why: string }[];
  frozen: boolean;
  validity: { valid: boolean; reasons_against: string[]; cautions: string[] };
}

export interface Job {
  job_id: string;
  kind: string;
  status: "waiting" | "running" | "done" | "failed";
  stage: string;
  progress_fraction: number;
  created_at: string;
  finished_at: string | null;
  error: { code: string; detail: string; hint: string } | null;
}

export interface Finding {
  code: string;
  severity: "info" | "warning" | "error";
  stream: string;
  count: number;
  text: string;
}

export interface Correction {
  id: string;
  time: string;
  source: string;
  stream: string;
  quantity: string;
  original: string | number | null;
  corrected: string | number | null;
  reason: string;
  sd: number | null;
  record: Record<string, unknown> | null;
  reversed: boolean;
}

export interface Upload {
  upload_id: string;
  file_name: string;
  format: string;
  added: Record<string, number>;
  repeated: Record<string, number>;
  findings: Finding[];
  start: string | null;
  end: string | null;
}

export type Change =
  | { kind: "add-meal"; at: string; carbs_g: number }
  | { kind: "add-bolus"; at: string; insulin_u: number }
  | { kind: "add-exercise"; at: string; duration_min: number; intensity_fraction: number }
  | { kind: "scale-meal" | "scale-bolus"; at: string; factor: number }
  | { kind: "shift-meal" | "shift-bolus"; at: string; minutes: number }
  | { kind: "remove-exercise"; at: string }
  | { kind: "scale-basal"; factor: number };

export interface WhatIfRequest {
  mode: "ahead" | "replay";
  start?: string;
  end?: string;
  horizon_min?: number;
  changes: Change[];
}

export interface Curve {
  median_mgdl: (number | null)[];
  bands: Band[];
}

export interface Estimate {
  median: number;
  low: number;
  high: number;
  expected?: number;
}

export interface Outcome {
  name: string;
  unit: string;
  baseline: Estimate;
  changed: Estimate;
  difference: Estimate;
}

export interface WhatIfAnswer {
  kind: string;
  start: string;
  t_min: number[];
  changes: string[];
  baseline: Curve;
  changed: Curve;
  difference: Curve;
  outcomes: Outcome[];
  observed_mgdl: (number | null)[] | null;
  assumed_effect: { fall_per_unit_mgdl: Estimate | null; rise_per_gram_mgdl: Estimate };
  sentences: string[];
  cautions: string[];
  uncertainty: string;
  limits: string;
  twin_version: string;
}

export interface ConsentItem {
  purpose: Purpose;
  title: string;
  text: string;
  current_version: number;
  status: "none" | "active" | "revoked";
  version: number | null;
  granted_at: string | null;
  revoked_at: string | null;
  granted_by: string | null;
}

export interface Member {
  account_id: string;
  display_name: string;
  login: string;
  role: Role;
  since: string;
}

export interface AuditItem {
  sequence: number;
  at: string;
  actor: string;
  role: string;
  subject: string;
  action: string;
  outcome: string;
  previous: string;
  sha256: string;
}

export type ProposalKind = "carb-ratio" | "correction-factor" | "basal" | "rescue-carbs" | "meal-lead" | "walk";

export interface ProposalRule {
  kind: ProposalKind;
  unit: string;
  low: number;
  high: number;
  is_setting: boolean;
}

export interface ProposalAnswer {
  answer: "agree" | "disagree";
  reason: string;
  by: string;
  at: string;
}

export interface Evidence {
  kind: string;
  start: string;
  changes: string[];
  outcomes: Outcome[];
  cautions: string[];
  uncertainty: string;
  limits: string;
  twin_version: string;
}

export interface Proposal {
  proposal_id: string;
  status: "waiting" | "signed" | "declined" | "ended";
  kind: ProposalKind;
  value: number;
  unit: string;
  present: number | null;
  from_minute: number;
  to_minute: number;
  sentence: string;
  why: string;
  evidence: Evidence | null;
  proposed_by: string;
  proposed_at: string;
  decided_by: string | null;
  decided_at: string | null;
  reason: string | null;
  answers: ProposalAnswer[];
}

export interface ProposalList {
  items: Proposal[];
  kinds: ProposalRule[];
}

export interface Course {
  version: number;
  passed_at: string | null;
  lessons: { name: string; title: string; text: string }[];
  checks: { name: string; question: string; options: string[] }[];
}

export interface Deterioration {
  name: string;
  title: string;
  verdict: "steady" | "possible" | "clear";
  latest: number;
  unit: string;
  change: "per-year" | "doublings-per-year";
  rate: number;
  low: number;
  high: number;
  measurements: number;
  span_days: number;
  sentence: string;
  source: string;
}
