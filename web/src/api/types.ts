/**
 * What the service sends and takes, under the names that pages use; units stand in the names, glucose is in mg/dL.
 * The shapes themselves are made from the service's description (`interface.ts`).
 */
import type { components } from "./interface";

type Shapes = components["schemas"];

export type Role = Shapes["Role"];
export type Profile = Shapes["Profile"];
export type Purpose = Shapes["Purpose"];

export type About = Shapes["About"];
export type Account = Shapes["AccountJson"];
export type Session = Shapes["SessionJson"];
export type Identity = Shapes["IdentityJson"];

export type HiddenPerson = Shapes["HiddenPerson"];
export type Person = Shapes["VisiblePerson"];
export type Member = Shapes["MemberJson"];
export type ConsentItem = Shapes["ConsentJson"];
export type AuditItem = Shapes["AuditEntry"];

/** A reading of a curve; those that are kept say besides what measured them and whether they are LOW or HIGH. */
export type Reading = Shapes["ShownReading"] & Partial<Pick<Shapes["NewestReading"], "kind" | "censoring">>;
export type EventStream = "meal" | "bolus" | "pen" | "basal" | "activity" | "condition" | "note" | "ketone" | "alcohol";
export type LifeEvent = Shapes["LifeEvent"];

export type Band = Shapes["BandJson"];
export type ForecastCurve = Shapes["IssuedCurve"];
export type Trend = NowAnswer["trend"];
export type Alarm = Shapes["AlarmJson"];
export type AlarmKind = Shapes["AlarmKind"];
export type AlarmSettings = Shapes["AlarmSettings"];
export type AlarmSettingsAnswer = Shapes["AlarmSettingsAnswer"];
export type NextRisk = Shapes["NextRisk"];
export type NowAnswer = Shapes["NowAnswer"];
export type PanelRow = Shapes["PanelRow"];
export type PanelPage = Shapes["PanelPage"];
export type Deterioration = Shapes["DeteriorationJson"];

export type DailySummary = Shapes["DailySummary"];
export type ModalDay = Shapes["ModalDayJson"];
export type DaysAnswer = Shapes["DaysAnswer"];

export type TwinParameter = Shapes["TwinParameter"];
export type TwinAnswer = Shapes["TwinAnswer"];
export type Job = Shapes["JobJson"];

export type Finding = Shapes["FindingJson"];
export type Correction = Shapes["StepJson"];
export type Upload = Shapes["UploadAnswer"];

export type Change = NonNullable<WhatIfRequest["changes"]>[number];
export type WhatIfRequest = Shapes["WhatIfBody"];
export type Curve = Shapes["GlucoseCurveJson"];
export type Estimate = Shapes["EstimateJson"];
export type Outcome = Shapes["OutcomeJson"];
export type WhatIfAnswer = Shapes["WhatIfAnswer"];

export type TherapyAlternative = Shapes["AlternativeShape"];
export type UsualDay = Shapes["UsualDayJson"];
export type TherapyComparison = Shapes["TherapyAnswer"];
export type AskedAlternative = Shapes["AlternativeJson"];
export type AskedComparison = Shapes["ComparisonJson"];

export type AskedHabits = Shapes["LifestyleAdviceJson"];
export type AdvisedHabit = Shapes["AdvisedHabitJson"];

export type SettingAdvice = Shapes["SettingAdviceAnswer"];
export type AdvisedChange = Shapes["AdvisedChangeJson"];
export type SettingAdviceRequest = Shapes["SettingAdviceBody"];
export type FollowUp = Shapes["ProposalFollowUpJson"];

export type Envelope = Shapes["EnvelopeJson"];
export type EnvelopeDefaults = Shapes["EnvelopeDefaultsJson"];
export type EnvelopeLimits = Shapes["LimitsShape"];
export type EnvelopeList = Shapes["EnvelopeList"];

export type ProposalKind = Shapes["ProposalKind"];
export type ProposalRule = Shapes["ProposalRuleJson"];
export type ProposalAnswer = Shapes["ProposalAnswerJson"];
export type Evidence = Shapes["EvidenceJson"];
export type Proposal = Shapes["ProposalJson"];
export type ProposalList = Shapes["ProposalList"];
export type Questionnaire = Shapes["QuestionnaireJson"];
export type QuestionnaireResponse = Shapes["ResponseJson"];
export type QuestionnaireList = Shapes["QuestionnaireList"];
export type Course = Shapes["CourseJson"];

export type Medicine = Shapes["MedicineJson"];
export type RegimenCandidate = Shapes["CandidateJson"];
export type RegimenPlan = Shapes["PlanJson"];
export type MedicineAdvice = Shapes["MedicineAdviceAnswer"];
export type MedicineAdviceRequest = Shapes["MedicineAdviceBody"];
export type MedicineEvidence = Shapes["MedicineEvidenceJson"];
export type Visit = Shapes["VisitJson"];
export type VisitList = Shapes["VisitsJson"];
export type YearsAhead = Shapes["YearsAheadJson"];
export type RecordedFacts = Shapes["RecordedFactsJson"];

export type MomentRequest = Shapes["MomentBody"];
export type MomentAdvice = Shapes["MomentAdviceAnswer"];
export type MomentChoice = Shapes["MomentChoiceJson"];
export type MomentRecord = Shapes["MomentRecordJson"];
export type MomentFollowUp = Shapes["MomentFollowUpJson"];
export type MomentDeed = Shapes["DeedJson"];
export type MomentList = Shapes["MomentList"];
