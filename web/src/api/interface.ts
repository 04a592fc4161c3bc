/** Made from docs/reference/openapi.json by `npm run interface`. */
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * About
         * @description What a service is.
         */
        About: {
            /** Name */
            name: string;
            /** Version */
            version: string;
            profile: components["schemas"]["Profile"];
            /** Demo */
            demo: boolean;
            /** Registration Open */
            registration_open: boolean;
            /** Provider */
            provider: string | null;
            /** Disclaimer */
            disclaimer: string;
            /** Locales */
            locales: string[];
        };
        /**
         * AccountJson
         * @description Somebody who can sign in.
         */
        AccountJson: {
            /** Account Id */
            account_id: string;
            /** Login */
            login: string;
            /** Display Name */
            display_name: string;
            /** Locale */
            locale: string;
            /** Is Admin */
            is_admin: boolean;
        };
        /**
         * ActivityType
         * @description Kind of exercise, as far as it matters for glucose.
         * @enum {string}
         */
        ActivityType: "aerobic" | "high-intensity" | "resistance" | "mixed" | "unknown";
        /**
         * AddBolusShape
         * @description More insulin.
         */
        AddBolusShape: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "add-bolus";
            /** Insulin U */
            insulin_u: number;
        };
        /**
         * AddExerciseShape
         * @description A walk, or more.
         */
        AddExerciseShape: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "add-exercise";
            /** Duration Min */
            duration_min: number;
            /**
             * Intensity Fraction
             * @default 0.5
             */
            intensity_fraction?: number;
        };
        /**
         * AddMealShape
         * @description More to eat.
         */
        AddMealShape: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "add-meal";
            /** Carbs G */
            carbs_g: number;
            /**
             * Absorption
             * @description fast: as of glucose tablets or juice; else as of a mixed meal
             * @default unknown
             * @enum {string}
             */
            absorption?: "unknown" | "fast";
        };
        /**
         * AddressJson
         * @description Where a browser has to go.
         */
        AddressJson: {
            /** Address */
            address: string;
        };
        /**
         * AdvisedChangeJson
         * @description A setting before and after, with its reason, and as what it may be proposed.
         */
        AdvisedChangeJson: {
            kind: components["schemas"]["SettingKind"];
            proposal_kind: components["schemas"]["ProposalKind"] | null;
            /** Name */
            name: string;
            /** Before */
            before: number;
            /** After */
            after: number;
            /** Before Text */
            before_text: string;
            /** After Text */
            after_text: string;
            /** From Minute */
            from_minute: number;
            /** To Minute */
            to_minute: number;
            /** Why */
            why: string;
        };
        /**
         * AdvisedHabitJson
         * @description A habit with what it would have done, in words too; its cautions are sentences.
         */
        AdvisedHabitJson: {
            kind: components["schemas"]["HabitKind"];
            /** Part */
            part: string;
            /** Occasions */
            occasions: number;
            /** Meals */
            meals: string[];
            /** Value */
            value: number;
            /** Certainty */
            certainty: number;
            /** Outcomes */
            outcomes: components["schemas"]["OutcomeJson"][];
            /** Cautions */
            cautions: string[];
            /** Name */
            name: string;
            /** Sentence */
            sentence: string;
        };
        /**
         * AlarmAction
         * @description What happened to an alarm.
         * @enum {string}
         */
        AlarmAction: "raised" | "repeated" | "escalated" | "cleared";
        /**
         * AlarmContact
         * @description A carer, who can be told when an alarm stays on.
         */
        AlarmContact: {
            /** Account Id */
            account_id: string;
            /** Display Name */
            display_name: string;
        };
        /**
         * AlarmJson
         * @description An alarm as it was told, whether it is on and silent for a while, who was told besides, and who has seen it.
         *
         *     ``contact`` is the account for which it was passed on; None for everybody's alarm. The sentence is made from
         *     ``reason`` and ``values`` in the reader's language; an alarm of which nothing was told yet has no reason.
         */
        AlarmJson: {
            kind: components["schemas"]["AlarmKind"];
            /** Title */
            title: string;
            /** On */
            on: boolean;
            /** Snoozed Until */
            snoozed_until: string | null;
            action: components["schemas"]["AlarmAction"];
            /**
             * Time
             * Format: date-time
             */
            time: string;
            /** Sentence */
            sentence: string;
            /** Reason */
            reason: string;
            /** Values */
            values: {
                [key: string]: number;
            };
            /** Do */
            do: string;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Urgent */
            urgent: boolean;
            /** Audible */
            audible: boolean;
            /** Probability */
            probability: number | null;
            /** Lead Min */
            lead_min: number | null;
            /** Contact */
            contact: string | null;
            /** Told Contacts */
            told_contacts: string[];
            seen: components["schemas"]["SeenJson"] | null;
        };
        /**
         * AlarmKind
         * @description Stable identifiers of the kinds of alarm, the most pressing first.
         * @enum {string}
         */
        AlarmKind: "urgent-low-soon" | "low" | "predicted-low" | "stale-data" | "pump-site" | "high" | "missed-bolus" | "unexplained-rise" | "predicted-high";
        /**
         * AlarmKindState
         * @description How a kind of alarm behaves for the person.
         */
        AlarmKindState: {
            kind: components["schemas"]["AlarmKind"];
            /** Title */
            title: string;
            /** Enabled */
            enabled: boolean;
            /** Urgent */
            urgent: boolean;
            /** Repeat Min */
            repeat_min: number | null;
            /** Quiet */
            quiet: boolean;
        };
        /**
         * AlarmSettings
         * @description What a person's alarms go by; glucose in mg/dL.
         *
         *     Attributes:
         *         schema_version: of this format.
         *         low_mgdl, high_mgdl: limits of low and high glucose.
         *         urgent_low_mgdl: limit of the urgent low.
         *         low_horizon_min, high_horizon_min: how far predicted lows and highs look ahead.
         *         urgent_horizon_min: how far the urgent low looks ahead.
         *         lasting_min: how long a predicted low or high must last to count.
         *         margin_mgdl: how far glucose must be back in range before a low or high is over.
         *         stale_min: age of the newest reading from which on data are stale.
         *         meal_g: smallest meal that is expected to have a bolus.
         *         bolus_wait_min: how long after a meal its bolus is waited for.
         *         rise_mgdl: unexplained rise of half an hour that is worth an alarm.
         *         rise_above_mgdl: where glucose must be by then.
         *         site_above_mgdl, site_min: how high glucose has been, and for how long, before the pump's site is suspected.
         *         quiet_hours: local hours in which alarms that may be quiet are not sounded.
         *         behaviour: what is different about a kind's behaviour.
         *         caregivers: whom to tell when an alarm stays on.
         */
        AlarmSettings: {
            /**
             * Schema Version
             * @default glucotwin-alarms/1
             * @constant
             */
            schema_version?: "glucotwin-alarms/1";
            /**
             * Low Mgdl
             * @default 70
             */
            low_mgdl?: number;
            /**
             * High Mgdl
             * @default 250
             */
            high_mgdl?: number;
            /**
             * Urgent Low Mgdl
             * @default 54
             */
            urgent_low_mgdl?: number;
            /**
             * Low Horizon Min
             * @default 30
             */
            low_horizon_min?: number;
            /**
             * High Horizon Min
             * @default 30
             */
            high_horizon_min?: number;
            /**
             * Urgent Horizon Min
             * @default 20
             */
            urgent_horizon_min?: number;
            /**
             * Lasting Min
             * @default 15
             */
            lasting_min?: number;
            /**
             * Margin Mgdl
             * @default 5
             */
            margin_mgdl?: number;
            /**
             * Stale Min
             * @default 20
             */
            stale_min?: number;
            /**
             * Meal G
             * @default 20
             */
            meal_g?: number;
            /**
             * Bolus Wait Min
             * @default 20
             */
            bolus_wait_min?: number;
            /**
             * Rise Mgdl
             * @default 60
             */
            rise_mgdl?: number;
            /**
             * Rise Above Mgdl
             * @default 140
             */
            rise_above_mgdl?: number;
            /**
             * Site Above Mgdl
             * @default 250
             */
            site_above_mgdl?: number;
            /**
             * Site Min
             * @default 60
             */
            site_min?: number;
            /**
             * Quiet Hours
             * @default []
             */
            quiet_hours?: components["schemas"]["QuietHours"][];
            /** Behaviour */
            behaviour?: {
                [key: string]: components["schemas"]["BehaviourChange"];
            };
            /**
             * Caregivers
             * @default []
             */
            caregivers?: components["schemas"]["Caregiver"][];
        };
        /**
         * AlarmSettingsAnswer
         * @description What a person's alarms go by, what that means for each kind, and which carers could be told.
         */
        AlarmSettingsAnswer: {
            settings: components["schemas"]["AlarmSettings"];
            /** Kinds */
            kinds: components["schemas"]["AlarmKindState"][];
            /** Contacts */
            contacts: components["schemas"]["AlarmContact"][];
        };
        /**
         * Alarms
         * @description Alarms that are on, the most pressing first, and what was told lately.
         */
        Alarms: {
            /** Active */
            active: components["schemas"]["AlarmJson"][];
            /** Recent */
            recent: components["schemas"]["AlarmJson"][];
        };
        /**
         * AlgorithmShape
         * @description A dosing algorithm that has all insulin of the hours in its hands; what is not given is as the pump is set.
         */
        AlgorithmShape: {
            /** Name */
            name: string;
            /** Carb Ratio G Per U */
            carb_ratio_g_per_u?: number | null;
            /** Correction Factor Mgdl Per U */
            correction_factor_mgdl_per_u?: number | null;
            /** Target Mgdl */
            target_mgdl?: number | null;
        };
        /**
         * AlternativeJson
         * @description A therapy as it was asked about: what is None stays as it was.
         */
        AlternativeJson: {
            /** Name */
            name: string;
            /** Basal Factor */
            basal_factor: number | null;
            /** Carb Ratio G Per U */
            carb_ratio_g_per_u: number | null;
            /** Correction Factor Mgdl Per U */
            correction_factor_mgdl_per_u: number | null;
            /** Insulin */
            insulin: string | null;
            /** Bolus Shift Min */
            bolus_shift_min: number | null;
            /** Algorithm */
            algorithm: string | null;
            /** Answered */
            answered: boolean;
        };
        /**
         * AlternativeShape
         * @description A therapy: what is given is changed, everything else stays.
         */
        AlternativeShape: {
            /** Name */
            name: string;
            /** Basal Factor */
            basal_factor?: number | null;
            /** Carb Ratio G Per U */
            carb_ratio_g_per_u?: number | null;
            /** Correction Factor Mgdl Per U */
            correction_factor_mgdl_per_u?: number | null;
            /** Insulin */
            insulin?: string | null;
            /** Bolus Shift Min */
            bolus_shift_min?: number | null;
            /** Algorithm */
            algorithm?: string | null;
            /**
             * Answered
             * @default false
             */
            answered?: boolean;
        };
        /**
         * AnswerBody
         * @description What a person says to it.
         */
        AnswerBody: {
            /**
             * Answer
             * @enum {string}
             */
            answer: "agree" | "disagree";
            /**
             * Reason
             * @default
             */
            reason?: string;
        };
        /**
         * AssumedEffectJson
         * @description What one unit and one gram were taken to do to glucose at rest.
         */
        AssumedEffectJson: {
            fall_per_unit_mgdl: components["schemas"]["EstimateJson"] | null;
            rise_per_gram_mgdl: components["schemas"]["EstimateJson"];
        };
        /**
         * AuditEntry
         * @description One entry.
         *
         *     Attributes:
         *         sequence: its number, from 1.
         *         at: aware time.
         *         actor: pseudonym of the account.
         *         role: in which it acted.
         *         subject: pseudonym of the person; None when it was about nobody.
         *         action: what was done.
         *         outcome: what came of it.
         *         previous, sha256: of the chain.
         */
        AuditEntry: {
            /** Sequence */
            sequence: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Actor */
            actor: string;
            /** Role */
            role: string;
            /** Subject */
            subject: string | null;
            /** Action */
            action: string;
            /** Outcome */
            outcome: string;
            /** Previous */
            previous: string;
            /** Sha256 */
            sha256: string;
        };
        /**
         * AuditPage
         * @description Entries, the newest first, and where the following ones begin.
         */
        AuditPage: {
            /** Items */
            items: components["schemas"]["AuditEntry"][];
            /** Next Cursor */
            next_cursor: number | null;
        };
        /**
         * BandJson
         * @description A central predictive interval; ``level`` is its probability.
         */
        BandJson: {
            /** Level */
            level: number;
            /** Low Mgdl */
            low_mgdl: (number | null)[];
            /** High Mgdl */
            high_mgdl: (number | null)[];
        };
        /**
         * BandPerformance
         * @description How often a band held what came; the share is None until there were forecasts in enough different hours.
         */
        BandPerformance: {
            /** Level */
            level: number;
            /** Inside Fraction */
            inside_fraction: number | null;
            /** Forecasts */
            forecasts: number;
            /** Hours */
            hours: number;
            /** Hours Needed */
            hours_needed: number;
        };
        /**
         * BandsJson
         * @description 10th and 90th percentile of each part and of both together.
         */
        BandsJson: {
            /** Parameters */
            parameters: [
                number,
                number
            ];
            /** People */
            people: [
                number,
                number
            ];
            /** Both */
            both: [
                number,
                number
            ];
        };
        /**
         * BehaviourChange
         * @description What a person's settings change of a kind's behaviour; what is left out stays as it is.
         */
        BehaviourChange: {
            /** Enabled */
            enabled?: boolean | null;
            /** Raise At */
            raise_at?: number | null;
            /** Clear At */
            clear_at?: number | null;
            /** Raise After Min */
            raise_after_min?: number | null;
            /** Clear After Min */
            clear_after_min?: number | null;
            /** Repeat Min */
            repeat_min?: number | null;
            /** Longest Snooze Min */
            longest_snooze_min?: number | null;
            /** Quiet */
            quiet?: boolean | null;
        };
        /** Body_post_people_person_id_uploads */
        Body_post_people_person_id_uploads: {
            /** File */
            file: string;
            /** Zone */
            zone?: string | null;
        };
        /**
         * CandidateJson
         * @description What one candidate would do; attributes as in ``CandidateCourse``.
         */
        CandidateJson: {
            /** Name */
            name: string;
            /** Hba1C Pct */
            hba1c_pct: {
                [key: string]: components["schemas"]["SpanJson"];
            };
            course: components["schemas"]["CourseBandJson"];
            /** Weight Change Kg */
            weight_change_kg: number;
            /** Time In Range Pct */
            time_in_range_pct: number;
            /** Felt Lows Per Y */
            felt_lows_per_y: number;
            /** Severe Lows 10Y Pct */
            severe_lows_10y_pct: number;
            lows: components["schemas"]["LowsJson"];
            /** Side Effects Pct */
            side_effects_pct: {
                [key: string]: number;
            };
            /** Gut Pct */
            gut_pct: number;
            /** Cost Class */
            cost_class: number;
            /** Risks 10Y */
            risks_10y: {
                [key: string]: {
                    [key: string]: number;
                };
            };
            /** Targets Met */
            targets_met: {
                [key: string]: number;
            };
            /** Unbeaten */
            unbeaten: boolean;
            /** End */
            end: {
                [key: string]: number;
            };
            /** Guidelines */
            guidelines: components["schemas"]["GuidelineJson"][];
            /** Cautions */
            cautions: components["schemas"]["CautionJson"][];
            uncertainty: components["schemas"]["UncertaintyJson"] | null;
            lived: components["schemas"]["LivedJson"] | null;
        };
        /**
         * CardJson
         * @description One card (CDS Hooks 2.0, card attributes).
         */
        CardJson: {
            /** Summary */
            summary: string;
            /** Detail */
            detail: string;
            /** Indicator */
            indicator: string;
            source: components["schemas"]["CardSourceJson"];
        };
        /**
         * CardSourceJson
         * @description Who gives a card.
         */
        CardSourceJson: {
            /** Label */
            label: string;
            topic: components["schemas"]["TopicJson"];
        };
        /**
         * CardiorenalDrug
         * @description A class of drugs with a documented effect on heart and kidney beyond glucose.
         * @enum {string}
         */
        CardiorenalDrug: "sglt2_inhibitor" | "glp1_agonist" | "finerenone";
        /**
         * CardsJson
         * @description What is to be shown.
         */
        CardsJson: {
            /** Cards */
            cards: components["schemas"]["CardJson"][];
        };
        /**
         * Caregiver
         * @description Somebody who is told when an alarm stays on; a service delivers it.
         *
         *     Attributes:
         *         contact: a name that the service knows, never a number or address.
         *         kinds: of which alarms.
         *         after_min: how long the alarm has been on, and not snoozed, before they are told.
         */
        Caregiver: {
            /** Contact */
            contact: string;
            /**
             * Kinds
             * @default [
             *       "urgent-low-soon"
             *     ]
             */
            kinds?: components["schemas"]["AlarmKind"][];
            /**
             * After Min
             * @default 15
             */
            after_min?: number;
        };
        /**
         * CategoryJson
         * @description SCORE2-Diabetes.
         */
        CategoryJson: {
            /** Valid */
            valid: boolean;
            /** Refused Because */
            refused_because?: components["schemas"]["RefusalJson"][];
            /** Event */
            event?: string;
            /** Events */
            events?: {
                [key: string]: {
                    [key: string]: number | number[];
                };
            };
            /** Cautions */
            cautions?: string[];
            /** Assumed */
            assumed?: string[];
            /** Category */
            category?: string;
        } & {
            [key: string]: number | number[];
        };
        /**
         * CautionJson
         * @description What to mind.
         */
        CautionJson: {
            /** Code */
            code: string;
            /** Text */
            text: string;
            /** Action */
            action: string;
            /** Source */
            source: string;
        };
        /**
         * Censoring
         * @description Whether a reading is a value or only a bound: LOW is "at most", HIGH "at least" the given value.
         * @enum {string}
         */
        Censoring: "none" | "low" | "high";
        /**
         * ChannelBody
         * @description A wish for a channel; its settings are those that ``GET /channel-kinds`` lists.
         */
        ChannelBody: {
            /** Kind */
            kind: string;
            /**
             * Label
             * @default
             */
            label?: string;
            /** Settings */
            settings: {
                [key: string]: string;
            };
        };
        /**
         * ChannelJson
         * @description A channel: of its settings only what tells it from others.
         */
        ChannelJson: {
            /** Channel Id */
            channel_id: string;
            /** Kind */
            kind: string;
            /** Label */
            label: string;
            /** Settings */
            settings: {
                [key: string]: string;
            };
            /** Confirmed */
            confirmed: boolean;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * ChannelKindJson
         * @description A kind of channel: names of its settings, and whether this installation has it.
         */
        ChannelKindJson: {
            /** Kind */
            kind: string;
            /** Settings */
            settings: string[];
            /** Available */
            available: boolean;
        };
        /**
         * ChannelKinds
         * @description Kinds of channels, and the key with which browsers subscribe to push.
         */
        ChannelKinds: {
            /** Items */
            items: components["schemas"]["ChannelKindJson"][];
            /** Push Key */
            push_key: string | null;
        };
        /**
         * CheckJson
         * @description A question with its options, counted from one.
         */
        CheckJson: {
            /** Name */
            name: string;
            /** Question */
            question: string;
            /** Options */
            options: string[];
        };
        /**
         * CodeBody
         * @description The code that was sent to a channel.
         */
        CodeBody: {
            /** Code */
            code: string;
        };
        /**
         * ComparedBody
         * @description An alternative of an answered comparison of therapies, which the account asked for.
         */
        ComparedBody: {
            /** Job Id */
            job_id: string;
            /** Name */
            name: string;
        };
        /**
         * ComparisonBody
         * @description Which therapies over which days.
         */
        ComparisonBody: {
            /** Alternatives */
            alternatives: components["schemas"]["AlternativeShape"][];
            /**
             * Days
             * @default 7
             */
            days?: number;
            /** End */
            end?: string | null;
        };
        /**
         * ComparisonJson
         * @description A comparison that was asked for: how far it has come, and its answer once there is one.
         */
        ComparisonJson: {
            job: components["schemas"]["JobJson"];
            question: components["schemas"]["TherapyQuestion"];
            answer: components["schemas"]["TherapyAnswer"] | null;
        };
        /**
         * ComplicationsBody
         * @description A described person, and how their years ahead are asked for.
         */
        ComplicationsBody: {
            person: components["schemas"]["DescribedPerson"];
            /**
             * Years
             * @default 10
             */
            years?: number;
            /**
             * Risk Factors
             * @default published
             * @enum {string}
             */
            risk_factors?: "published" | "held";
            /**
             * Samples
             * @description Simulated lives; 0 for none.
             * @default 2000
             */
            samples?: number;
            /**
             * Seed
             * @default 1
             */
            seed?: number;
        };
        /**
         * ComplicationsJson
         * @description What every score says of one person; another score is described as any score is.
         */
        ComplicationsJson: {
            /** Years */
            years: number;
            /** Drugs */
            drugs: components["schemas"]["CardiorenalDrug"][];
            ckd_epi_2021: components["schemas"]["KidneyStageJson"];
            kfre: components["schemas"]["glucotwin__prognosis__shape__ScoreJson"];
            score2_diabetes: components["schemas"]["CategoryJson"];
            prevent: components["schemas"]["PreventJson"];
            recode: components["schemas"]["glucotwin__prognosis__shape__ScoreJson"];
            ukpds_om2: components["schemas"]["OutcomesModelJson"];
            fib4: components["schemas"]["LiverJson"];
            hba1c: components["schemas"]["Hba1cJson"];
        } & {
            [key: string]: components["schemas"]["glucotwin__prognosis__shape__ScoreJson"];
        };
        /**
         * CompositionShape
         * @description Another meal with the same carbohydrate.
         */
        CompositionShape: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "change-composition";
            /** Protein G */
            protein_g?: number | null;
            /** Fat G */
            fat_g?: number | null;
            /** Fibre G */
            fibre_g?: number | null;
        };
        /**
         * ConsentJson
         * @description A purpose, its text, and what became of it.
         */
        ConsentJson: {
            purpose: components["schemas"]["Purpose"];
            /** Title */
            title: string;
            /** Text */
            text: string;
            /** Current Version */
            current_version: number;
            /**
             * Status
             * @enum {string}
             */
            status: "none" | "active" | "revoked";
            /** Version */
            version: number | null;
            /** Granted At */
            granted_at: string | null;
            /** Revoked At */
            revoked_at: string | null;
            /** Granted By */
            granted_by: string | null;
        };
        /**
         * CorrectionBody
         * @description The decision on a step.
         */
        CorrectionBody: {
            state: components["schemas"]["CorrectionState"];
        };
        /**
         * CorrectionState
         * @description What becomes of a step.
         * @enum {string}
         */
        CorrectionState: "accepted" | "refused";
        /**
         * CourseBandJson
         * @description A quantity from today on: days from today, 10th percentile, median and 90th percentile.
         */
        CourseBandJson: {
            /** Day */
            day: number[];
            /** Low */
            low: number[];
            /** Median */
            median: number[];
            /** High */
            high: number[];
        };
        /**
         * CourseBody
         * @description Answers to the checks of a course, counted from one.
         */
        CourseBody: {
            /** Version */
            version: number;
            /** Answers */
            answers: {
                [key: string]: number;
            };
        };
        /**
         * CourseJson
         * @description A course, and when the account passed it.
         */
        CourseJson: {
            /** Version */
            version: number;
            /** Passed At */
            passed_at: string | null;
            /** Lessons */
            lessons: components["schemas"]["LessonJson"][];
            /** Checks */
            checks: components["schemas"]["CheckJson"][];
        };
        /**
         * CourseResult
         * @description Whether all answers were right, and names of the checks whose were not.
         */
        CourseResult: {
            /** Passed */
            passed: boolean;
            /** Wrong */
            wrong: string[];
        };
        /**
         * DailySummary
         * @description One local day in numbers.
         */
        DailySummary: {
            /**
             * Day
             * Format: date
             */
            day: string;
            /** Readings */
            readings: number;
            /** Coverage Pct */
            coverage_pct: number;
            /** Mean Mgdl */
            mean_mgdl: number | null;
            /** Time In Range Pct */
            time_in_range_pct: number | null;
            /** Time Below Pct */
            time_below_pct: number | null;
            /** Time Above Pct */
            time_above_pct: number | null;
            /** Carbs G */
            carbs_g: number;
            /** Bolus U */
            bolus_u: number;
            /** Basal U */
            basal_u: number;
            /** Pen U */
            pen_u: number;
        };
        /**
         * DataQuality
         * @description What the last import found, and the newest of the steps that imports took.
         */
        DataQuality: {
            /** Findings */
            findings: components["schemas"]["FindingJson"][];
            /** Corrections */
            corrections: components["schemas"]["StepJson"][];
            /** Corrections Count */
            corrections_count: number;
        };
        /**
         * DaysAnswer
         * @description The modal day, each day, and the consensus metrics; bounds are None without any day, the end is no part.
         */
        DaysAnswer: {
            /** Person Id */
            person_id: string;
            /** Zone */
            zone: string;
            /** Start */
            start: string | null;
            /** End */
            end: string | null;
            /** Days */
            days: number;
            target: components["schemas"]["TargetJson"];
            modal_day: components["schemas"]["ModalDayJson"] | null;
            /** Daily */
            daily: components["schemas"]["DailySummary"][];
            /** Metrics */
            metrics: {
                [key: string]: unknown;
            } | null;
            /** Sentence */
            sentence: string;
        };
        /**
         * DecisionBody
         * @description What becomes of a proposal.
         */
        DecisionBody: {
            /**
             * Decision
             * @enum {string}
             */
            decision: "sign" | "decline" | "end";
            /** Reason */
            reason: string;
        };
        /**
         * DeedJson
         * @description Something that was to be done, and what of it is on record.
         */
        DeedJson: {
            kind: components["schemas"]["DeedKind"];
            /** Advised */
            advised: number;
            /** Recorded */
            recorded: number | null;
            found: components["schemas"]["Found"];
        };
        /**
         * DeedKind
         * @description What was to be done.
         * @enum {string}
         */
        DeedKind: "dose" | "carbs" | "basal" | "meal" | "exercise";
        /**
         * DescribedPerson
         * @description A person with diabetes, today.
         *
         *     Fields without a default have to be given; ``null`` says that a measurement was not taken, and the scores that need
         *     it then refuse by name. Every field's unit and meaning stand in its description, which is also the published schema.
         */
        DescribedPerson: {
            /**
             * Age
             * @description age today
             */
            age: number;
            /** @description sex */
            sex: components["schemas"]["glucotwin__prognosis__person__Sex"];
            /**
             * Age At Diagnosis
             * @description age when diabetes was diagnosed; this or the duration is needed
             */
            age_at_diagnosis?: number | null;
            /**
             * Diabetes Duration Y
             * @description years since the diagnosis
             */
            diabetes_duration_y?: number | null;
            /**
             * Hba1C Pct
             * @description HbA1c
             */
            hba1c_pct: number | null;
            /**
             * Sbp Mmhg
             * @description systolic blood pressure
             */
            sbp_mmhg: number | null;
            /**
             * Total Cholesterol Mmoll
             * @description total cholesterol
             */
            total_cholesterol_mmoll: number | null;
            /**
             * Hdl Mmoll
             * @description HDL cholesterol
             */
            hdl_mmoll: number | null;
            /**
             * Ldl Mmoll
             * @description LDL cholesterol
             */
            ldl_mmoll: number | null;
            /**
             * Smoker
             * @description smokes now
             */
            smoker: boolean;
            /**
             * Egfr
             * @description estimated glomerular filtration rate (CKD-EPI)
             */
            egfr: number | null;
            /**
             * Acr Mg G
             * @description albumin-to-creatinine ratio in urine
             */
            acr_mg_g: number | null;
            /**
             * Bmi
             * @description body mass index
             */
            bmi: number | null;
            /** @description cardiovascular risk region: low, moderate, high, very_high as SCORE2 (ESC 2021) draws them for Europe and its neighbours; north_america or other elsewhere */
            region: components["schemas"]["Region"];
            /**
             * @description type of diabetes
             * @default type2
             */
            diabetes_type?: components["schemas"]["DiabetesKind"];
            /**
             * @description ethnicity, as far as an equation has a term
             * @default white
             */
            ethnicity?: components["schemas"]["Ethnicity"];
            /**
             * Blood Pressure Treated
             * @description takes drugs against high blood pressure
             * @default false
             */
            blood_pressure_treated?: boolean;
            /**
             * Statin
             * @description takes a statin
             * @default false
             */
            statin?: boolean;
            /**
             * Anticoagulant
             * @description takes an anticoagulant other than aspirin
             * @default false
             */
            anticoagulant?: boolean;
            /**
             * Oral Diabetes Drug
             * @description takes tablets against diabetes
             * @default false
             */
            oral_diabetes_drug?: boolean;
            /**
             * Drugs
             * @description cardiorenal drugs taken from now on; their trial effects are told beside each risk
             * @default []
             */
            drugs?: components["schemas"]["CardiorenalDrug"][];
            /**
             * History Mi
             * @description has had a heart attack
             * @default false
             */
            history_mi?: boolean;
            /**
             * History Ischaemic Heart Disease
             * @description has angina or other ischaemic heart disease
             * @default false
             */
            history_ischaemic_heart_disease?: boolean;
            /**
             * History Heart Failure
             * @description has heart failure
             * @default false
             */
            history_heart_failure?: boolean;
            /**
             * History Stroke
             * @description has had a stroke
             * @default false
             */
            history_stroke?: boolean;
            /**
             * History Blindness
             * @description is blind in one eye or both
             * @default false
             */
            history_blindness?: boolean;
            /**
             * History Ulcer
             * @description has had a diabetic foot ulcer
             * @default false
             */
            history_ulcer?: boolean;
            /**
             * History Amputation
             * @description has lost a toe, foot or leg to diabetes
             * @default false
             */
            history_amputation?: boolean;
            /**
             * History Renal Failure
             * @description is on dialysis or has a transplanted kidney
             * @default false
             */
            history_renal_failure?: boolean;
            /**
             * Peripheral Vascular Disease
             * @description has claudication or an ankle-brachial index below 0.9
             * @default false
             */
            peripheral_vascular_disease?: boolean;
            /**
             * Atrial Fibrillation
             * @description has atrial fibrillation
             * @default false
             */
            atrial_fibrillation?: boolean;
            /**
             * Retinopathy
             * @description has diabetic retinopathy
             * @default false
             */
            retinopathy?: boolean;
            /**
             * Neuropathy
             * @description has diabetic neuropathy
             * @default false
             */
            neuropathy?: boolean;
            /**
             * Haemoglobin Variant
             * @description has a haemoglobin variant, such as sickle cell trait
             * @default false
             */
            haemoglobin_variant?: boolean;
            /**
             * Short Red Cell Life
             * @description red cells live shortly: haemolysis, blood loss or transfusion in three months, erythropoietin
             * @default false
             */
            short_red_cell_life?: boolean;
            /**
             * Iron Deficiency
             * @description lacks iron, vitamin B12 or folate
             * @default false
             */
            iron_deficiency?: boolean;
            /**
             * Pregnant
             * @description is pregnant
             * @default false
             */
            pregnant?: boolean;
            /**
             * Mean Glucose Mgdl
             * @description mean sensor glucose of at least two weeks, for the glycation gap
             */
            mean_glucose_mgdl?: number | null;
            /**
             * Fasting Glucose Mmoll
             * @description fasting plasma glucose; default by HbA1c, for regimens
             */
            fasting_glucose_mmoll?: number | null;
            /**
             * Basal Insulin U Per D
             * @description long-acting insulin taken now, for regimens
             * @default 0
             */
            basal_insulin_u_per_d?: number;
            /**
             * History Pancreatitis
             * @description has had pancreatitis, for regimens
             * @default false
             */
            history_pancreatitis?: boolean;
            /**
             * History Ketoacidosis
             * @description has had ketoacidosis, for regimens
             * @default false
             */
            history_ketoacidosis?: boolean;
            /**
             * Deprivation Decile
             * @description decile of the American social deprivation index
             */
            deprivation_decile?: number | null;
            /**
             * Creatinine Mgdl
             * @description serum creatinine; default by the eGFR
             */
            creatinine_mgdl?: number | null;
            /**
             * Heart Rate Bpm
             * @description resting heart rate; default 72
             */
            heart_rate_bpm?: number | null;
            /**
             * White Cells 1E9 L
             * @description white blood cells; default 6.8
             */
            white_cells_1e9_l?: number | null;
            /**
             * Haemoglobin G Dl
             * @description haemoglobin; default 14
             */
            haemoglobin_g_dl?: number | null;
            /**
             * Albumin G Dl
             * @description serum albumin, for longer KFRE
             */
            albumin_g_dl?: number | null;
            /**
             * Phosphate Mg Dl
             * @description serum phosphate, for longer KFRE
             */
            phosphate_mg_dl?: number | null;
            /**
             * Bicarbonate Mmoll
             * @description serum bicarbonate, for longer KFRE
             */
            bicarbonate_mmoll?: number | null;
            /**
             * Calcium Mg Dl
             * @description serum calcium, for longer KFRE
             */
            calcium_mg_dl?: number | null;
            /**
             * Ast U L
             * @description aspartate aminotransferase, for FIB-4
             */
            ast_u_l?: number | null;
            /**
             * Alt U L
             * @description alanine aminotransferase, for FIB-4
             */
            alt_u_l?: number | null;
            /**
             * Platelets 1E9 L
             * @description platelets, for FIB-4
             */
            platelets_1e9_l?: number | null;
        };
        /**
         * DeteriorationJson
         * @description What a quantity's measurements say of its course, with a 90 % interval of its slope.
         */
        DeteriorationJson: {
            /** Name */
            name: string;
            /** Title */
            title: string;
            verdict: components["schemas"]["TrendVerdict"];
            /** Latest */
            latest: number;
            /** Unit */
            unit: string;
            /**
             * Change
             * @enum {string}
             */
            change: "per-year" | "doublings-per-year";
            /** Rate */
            rate: number;
            /** Low */
            low: number;
            /** High */
            high: number;
            /** Measurements */
            measurements: number;
            /** Span Days */
            span_days: number;
            /** Sentence */
            sentence: string;
            /** Source */
            source: string;
        };
        /**
         * DiabetesKind
         * @description Type of diabetes; most equations were made for type 2.
         * @enum {string}
         */
        DiabetesKind: "type1" | "type2";
        /**
         * DiabetesType
         * @description Type of diabetes.
         * @enum {string}
         */
        DiabetesType: "type1" | "type2" | "gestational" | "other" | "none" | "unknown";
        /**
         * DoubtJson
         * @description Why an HbA1c may mislead: the condition, the direction in which it errs, and who says so.
         */
        DoubtJson: {
            /** Name */
            name: string;
            /** Key */
            key: string;
            /** Direction */
            direction: string;
            /** Source */
            source: string;
        };
        /**
         * EffectCurveJson
         * @description What food or insulin at a moment does to glucose after it, draw by draw.
         */
        EffectCurveJson: {
            /**
             * Stream
             * @enum {string}
             */
            stream: "meal" | "bolus";
            /** Start Min */
            start_min: number;
            /** Amount */
            amount: number;
            /** Response */
            response: number[][];
        };
        /**
         * EnterDemo
         * @description As whom to look around.
         */
        EnterDemo: {
            /**
             * Role
             * @default person
             * @enum {string}
             */
            role?: "person" | "clinician";
        };
        /**
         * EnvelopeBody
         * @description Limits, how long they hold, and why.
         */
        EnvelopeBody: {
            limits: components["schemas"]["LimitsShape"];
            /**
             * Valid Until
             * Format: date-time
             */
            valid_until: string;
            /** Why */
            why: string;
        };
        /**
         * EnvelopeDefaultsJson
         * @description What a form begins with: the span of today's settings over the day where they are on record, and the rules.
         */
        EnvelopeDefaultsJson: {
            /** Basal U Per H */
            basal_u_per_h: number[] | null;
            /** Carb Ratio G Per U */
            carb_ratio_g_per_u: number[] | null;
            /** Correction Factor Mgdl Per U */
            correction_factor_mgdl_per_u: number[] | null;
            /** Target Mgdl */
            target_mgdl: number[] | null;
            /** Max Bolus U */
            max_bolus_u: number | null;
            /** Rules */
            rules: {
                [key: string]: number;
            };
        };
        /**
         * EnvelopeDocument
         * @description Limits as they were signed (``glucotwin-envelope/1``); ``seal`` is the hash of the rest.
         */
        EnvelopeDocument: {
            /** Schema */
            schema: string;
            /** Person Id */
            person_id: string;
            /** Limits */
            limits: {
                [key: string]: number | number[];
            };
            /** Signed By */
            signed_by: string;
            /**
             * Signed At
             * Format: date-time
             */
            signed_at: string;
            /**
             * Valid Until
             * Format: date-time
             */
            valid_until: string;
            /** Why */
            why: string;
            /** Seal */
            seal: string;
        };
        /**
         * EnvelopeJson
         * @description Signed limits, and what became of them.
         *
         *     ``document`` is all of it as it was signed, for the command line.
         */
        EnvelopeJson: {
            /** Envelope Id */
            envelope_id: string;
            /**
             * Status
             * @enum {string}
             */
            status: "standing" | "expired" | "withdrawn" | "superseded" | "altered";
            /** Signed By */
            signed_by: string;
            /**
             * Signed At
             * Format: date-time
             */
            signed_at: string;
            /**
             * Valid Until
             * Format: date-time
             */
            valid_until: string;
            /** Why */
            why: string;
            /** Limits */
            limits: {
                [key: string]: number | number[];
            };
            /** Ended By */
            ended_by: string | null;
            /** Ended At */
            ended_at: string | null;
            /** Reason */
            reason: string | null;
            document: components["schemas"]["EnvelopeDocument"];
        };
        /**
         * EnvelopeList
         * @description Envelopes, the one that was not ended first; and what a new one begins with, for those who may sign.
         */
        EnvelopeList: {
            /** Items */
            items: components["schemas"]["EnvelopeJson"][];
            defaults: components["schemas"]["EnvelopeDefaultsJson"] | null;
        };
        /**
         * Erase
         * @description The person's identifier, repeated.
         */
        Erase: {
            /** Confirm */
            confirm: string;
        };
        /**
         * EstimateJson
         * @description A number with its 90 % interval; its expected value where it was drawn.
         */
        EstimateJson: {
            /** Median */
            median: number;
            /** Low */
            low: number;
            /** High */
            high: number;
            /** Expected */
            expected?: number;
        };
        /**
         * Ethnicity
         * @description Ethnicity as far as an equation has a term for it.
         * @enum {string}
         */
        Ethnicity: "white" | "black" | "south_asian" | "hispanic" | "other";
        /**
         * EventBody
         * @description Something that happened.
         */
        EventBody: {
            /** Stream */
            stream: string;
            /**
             * Time
             * Format: date-time
             */
            time: string;
            /** Fields */
            fields: {
                [key: string]: number | boolean | string | null;
            };
        };
        /**
         * EvidenceJson
         * @description What a twin answered to the change that is proposed.
         */
        EvidenceJson: {
            kind: components["schemas"]["WhatIfKind"];
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /** Changes */
            changes: string[];
            /** Outcomes */
            outcomes: components["schemas"]["OutcomeJson"][];
            /** Cautions */
            cautions: string[];
            /** Uncertainty */
            uncertainty: string;
            /** Limits */
            limits: string;
            /** Twin Version */
            twin_version: string;
        };
        /**
         * ExerciseShape
         * @description Exercise that is about to begin; how hard it is, or what is usual for its kind.
         */
        ExerciseShape: {
            /**
             * In Min
             * @default 0
             */
            in_min?: number;
            /** Duration Min */
            duration_min: number;
            /** @default aerobic */
            activity_type?: components["schemas"]["ActivityType"];
            /** Intensity Fraction */
            intensity_fraction?: number | null;
        };
        /**
         * FindingJson
         * @description What an import found.
         */
        FindingJson: {
            /** Code */
            code: string;
            /** Severity */
            severity: string;
            /** Stream */
            stream: string;
            /** Count */
            count: number;
            /** Text */
            text: string;
        };
        /**
         * FitQuality
         * @description Whether the fit may be used.
         */
        FitQuality: {
            verdict: components["schemas"]["glucotwin__twin__diagnostic__Verdict"];
            /** Residual Sd Mgdl */
            residual_sd_mgdl: number;
            /** Warnings */
            warnings: string[];
        };
        /**
         * FittedWindow
         * @description Which days a twin was fitted to.
         */
        FittedWindow: {
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /**
             * End
             * Format: date-time
             */
            end: string;
            /** Readings */
            readings: number;
        };
        /**
         * FollowUpJson
         * @description What became of an advice.
         */
        FollowUpJson: {
            /**
             * Before Start
             * Format: date-time
             */
            before_start: string;
            /**
             * Before End
             * Format: date-time
             */
            before_end: string;
            /**
             * After Start
             * Format: date-time
             */
            after_start: string;
            /**
             * After End
             * Format: date-time
             */
            after_end: string;
            /** Days Before */
            days_before: number;
            /** Days After */
            days_after: number;
            /** Outcomes */
            outcomes: components["schemas"]["FollowedJson"][];
        };
        /**
         * FollowedJson
         * @description One outcome: before, after, achieved and predicted difference, and the verdict.
         */
        FollowedJson: {
            /** Name */
            name: string;
            /** Before */
            before: number;
            /** After */
            after: number;
            achieved: components["schemas"]["EstimateJson"];
            predicted: components["schemas"]["EstimateJson"];
            verdict: components["schemas"]["glucotwin__advise__follow_up__Verdict"];
        };
        /**
         * ForecastBody
         * @description How far to look ahead.
         */
        ForecastBody: {
            /**
             * Horizon Min
             * @default 240
             */
            horizon_min?: number;
        };
        /**
         * Found
         * @description Whether it is on record.
         * @enum {string}
         */
        Found: "as-advised" | "otherwise" | "not-on-record";
        /**
         * Frozen
         * @description Whether the twin stays as it is.
         */
        Frozen: {
            /** Frozen */
            frozen: boolean;
        };
        /**
         * GainJson
         * @description Years gained on drugs, by the drugs' effect and its 95 % interval.
         */
        GainJson: {
            /** Mean */
            mean: number;
            /** Low */
            low: number;
            /** High */
            high: number;
        };
        /**
         * GlucoseCurveJson
         * @description Glucose over time.
         */
        GlucoseCurveJson: {
            /** Median Mgdl */
            median_mgdl: (number | null)[];
            /** Bands */
            bands: components["schemas"]["BandJson"][];
        };
        /**
         * GlucoseKind
         * @description How glucose was measured.
         * @enum {string}
         */
        GlucoseKind: "cgm" | "scan" | "fingerstick" | "lab";
        /**
         * GlucoseUnit
         * @description The two units that meters, sensors and people use.
         * @enum {string}
         */
        GlucoseUnit: "mg/dL" | "mmol/L";
        /**
         * Grant
         * @description A consent to a version of the text.
         */
        Grant: {
            /** Version */
            version: number;
            /**
             * Granted By
             * @default self
             * @enum {string}
             */
            granted_by?: "self" | "guardian";
        };
        /**
         * GuidelineJson
         * @description A recommendation and how the candidate stands to it: ``follows``, ``open`` or ``against``.
         */
        GuidelineJson: {
            /** Code */
            code: string;
            /** Text */
            text: string;
            /** Verdict */
            verdict: string;
            /** Source */
            source: string;
        };
        /**
         * HabitKind
         * @description What is done otherwise.
         * @enum {string}
         */
        HabitKind: "walk" | "smaller" | "fibre" | "earlier-bolus";
        /**
         * Hba1cJson
         * @description An HbA1c in other units, and what speaks against it.
         */
        Hba1cJson: {
            /** Valid */
            valid: boolean;
            /** Refused Because */
            refused_because?: components["schemas"]["RefusalJson"][];
            /** Event */
            event?: string;
            /** Events */
            events?: {
                [key: string]: {
                    [key: string]: number | number[];
                };
            };
            /** Cautions */
            cautions?: string[];
            /** Assumed */
            assumed?: string[];
            /** Hba1C Mmol Per Mol */
            hba1c_mmol_per_mol?: number;
            /** Estimated Mean Glucose Mgdl */
            estimated_mean_glucose_mgdl?: number;
            /** Estimated Mean Glucose Mmoll */
            estimated_mean_glucose_mmoll?: number;
            /** Reliable */
            reliable?: boolean;
            /** Doubts */
            doubts?: components["schemas"]["DoubtJson"][];
            /** Expected Hba1C Pct */
            expected_hba1c_pct?: number;
            /** Glycation Gap Pct */
            glycation_gap_pct?: number;
            /** Glycation Ratio */
            glycation_ratio?: number;
            /** Gap Is Large */
            gap_is_large?: boolean;
        } & {
            [key: string]: number | number[];
        };
        /**
         * Health
         * @description All is well; otherwise an error is told.
         */
        Health: {
            /**
             * Status
             * @constant
             */
            status: "ok";
        };
        /**
         * HiddenPerson
         * @description Somebody who does not let the asker see more than that they exist.
         */
        HiddenPerson: {
            /** Person Id */
            person_id: string;
            role: components["schemas"]["Role"];
            /** Consents */
            consents: components["schemas"]["Purpose"][];
            /**
             * Visible
             * @constant
             */
            visible: false;
        };
        /**
         * HookContext
         * @description Whose record is open; what else the system tells is not looked at.
         */
        HookContext: {
            /** Patientid */
            patientId: string;
        };
        /**
         * HookRequest
         * @description A call of a service.
         */
        HookRequest: {
            /**
             * Hook
             * @constant
             */
            hook: "patient-view";
            /** Hookinstance */
            hookInstance: string;
            context: components["schemas"]["HookContext"];
        };
        /**
         * HookServiceJson
         * @description One service.
         */
        HookServiceJson: {
            /** Hook */
            hook: string;
            /** Id */
            id: string;
            /** Title */
            title: string;
            /** Description */
            description: string;
        };
        /**
         * HookServicesJson
         * @description Which services there are.
         */
        HookServicesJson: {
            /** Services */
            services: components["schemas"]["HookServiceJson"][];
        };
        /**
         * IdentityJson
         * @description Whether the account may be entered through the provider, and whether another way in is left without it.
         */
        IdentityJson: {
            /** Provider */
            provider: string;
            /** Linked At */
            linked_at: string | null;
            /** May Unlink */
            may_unlink: boolean;
        };
        /**
         * IssuedCurve
         * @description A forecast that stands in the ledger.
         */
        IssuedCurve: {
            /**
             * Origin
             * Format: date-time
             */
            origin: string;
            /** T Min */
            t_min: number[];
            /** Median Mgdl */
            median_mgdl: (number | null)[];
            /** Bands */
            bands: components["schemas"]["BandJson"][];
            /** Probability Below 70 */
            probability_below_70: number[];
            /** Probability Below 54 */
            probability_below_54: number[];
            /** Future Inputs */
            future_inputs: string;
            /** Last Reading Age Min */
            last_reading_age_min: number;
            /** Method */
            method: string;
            /** Forecast Id */
            forecast_id: number;
            /** Twin Version */
            twin_version: string;
            /**
             * Issued At
             * Format: date-time
             */
            issued_at: string;
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_CandidateJson_: {
            /** Items */
            items: components["schemas"]["CandidateJson"][];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_ChannelJson_: {
            /** Items */
            items: components["schemas"]["ChannelJson"][];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_ComparisonJson_: {
            /** Items */
            items: components["schemas"]["ComparisonJson"][];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_ConsentJson_: {
            /** Items */
            items: components["schemas"]["ConsentJson"][];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_DeteriorationJson_: {
            /** Items */
            items: components["schemas"]["DeteriorationJson"][];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_IssuedCurve_: {
            /** Items */
            items: components["schemas"]["IssuedCurve"][];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_JobJson_: {
            /** Items */
            items: components["schemas"]["JobJson"][];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_LifeEvent_: {
            /** Items */
            items: components["schemas"]["LifeEvent"][];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_LifestyleAdviceJson_: {
            /** Items */
            items: components["schemas"]["LifestyleAdviceJson"][];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_MedicineJson_: {
            /** Items */
            items: components["schemas"]["MedicineJson"][];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_MemberJson_: {
            /** Items */
            items: components["schemas"]["MemberJson"][];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_PersonKeyJson_: {
            /** Items */
            items: components["schemas"]["PersonKeyJson"][];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_TokenJson_: {
            /** Items */
            items: components["schemas"]["TokenJson"][];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_Union_VisiblePerson__HiddenPerson__: {
            /** Items */
            items: (components["schemas"]["VisiblePerson"] | components["schemas"]["HiddenPerson"])[];
        };
        /**
         * Items
         * @description A list as an answer.
         */
        Items_YearsAheadJson_: {
            /** Items */
            items: components["schemas"]["YearsAheadJson"][];
        };
        /**
         * JobError
         * @description Why work failed, and what to do.
         */
        JobError: {
            /** Code */
            code: string;
            /** Detail */
            detail: string;
            /** Hint */
            hint: string;
        };
        /**
         * JobJson
         * @description Work on a twin, how far it has come, and what became of it.
         */
        JobJson: {
            /** Job Id */
            job_id: string;
            kind: components["schemas"]["JobKind"];
            status: components["schemas"]["JobStatus"];
            /** Stage */
            stage: string;
            /** Progress Fraction */
            progress_fraction: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Finished At */
            finished_at: string | null;
            error: components["schemas"]["JobError"] | null;
        };
        /**
         * JobKind
         * @description What is to be done.
         * @enum {string}
         */
        JobKind: "fit" | "nightly" | "compare" | "habits";
        /**
         * JobStatus
         * @description What became of it.
         * @enum {string}
         */
        JobStatus: "waiting" | "running" | "done" | "failed" | "cancelled";
        /**
         * KidneyStageJson
         * @description CKD-EPI 2021 and KDIGO; the eGFR in mL/min/1.73 m².
         */
        KidneyStageJson: {
            /** Valid */
            valid: boolean;
            /** Refused Because */
            refused_because?: components["schemas"]["RefusalJson"][];
            /** Event */
            event?: string;
            /** Events */
            events?: {
                [key: string]: {
                    [key: string]: number | number[];
                };
            };
            /** Cautions */
            cautions?: string[];
            /** Assumed */
            assumed?: string[];
            /** Egfr */
            egfr?: number;
            /** Stage */
            stage?: string;
            /** Albuminuria */
            albuminuria?: string;
            /** Egfr From Creatinine */
            egfr_from_creatinine?: number;
        } & {
            [key: string]: number | number[];
        };
        /**
         * LearnedJson
         * @description What is this person's own, before and by the visits.
         */
        LearnedJson: {
            /** Text */
            text: string;
            before: components["schemas"]["SpanJson"];
            learned: components["schemas"]["SpanJson"];
        };
        /**
         * LedgerAccuracy
         * @description What forecasts and the readings that came say of each other.
         *
         *     Attributes:
         *         rmse_mgdl, mae_mgdl, mard_pct, bias_mgdl: of the median.
         *         rmse_persistence_mgdl: of the last reading at the origin, on the pairs that have one; None without any.
         *         crps_mgdl: continuous ranked probability score of the trajectories.
         *         coverage_pct: share of readings within each band, by its level in percent.
         *         interval_score_mgdl: of each band.
         */
        LedgerAccuracy: {
            /** Rmse Mgdl */
            rmse_mgdl: number;
            /** Mae Mgdl */
            mae_mgdl: number;
            /** Mard Pct */
            mard_pct: number;
            /** Bias Mgdl */
            bias_mgdl: number;
            /** Rmse Persistence Mgdl */
            rmse_persistence_mgdl: number | null;
            /** Crps Mgdl */
            crps_mgdl: number;
            /** Coverage Pct */
            coverage_pct: {
                [key: string]: number;
            };
            /** Interval Score Mgdl */
            interval_score_mgdl: {
                [key: string]: number;
            };
        };
        /**
         * LedgerAnswer
         * @description Scores of a person's issued forecasts.
         *
         *     Attributes:
         *         person_id: whose.
         *         issued: how many forecasts the ledger holds of them.
         *         scores: by version of the twin, method and horizon.
         */
        LedgerAnswer: {
            /** Person Id */
            person_id: string;
            /** Issued */
            issued: number;
            /** Scores */
            scores: components["schemas"]["LedgerScore"][];
        };
        /**
         * LedgerScore
         * @description Forecasts of one version of a twin at one horizon.
         *
         *     Attributes:
         *         twin_version, method, horizon_min: which.
         *         issued: forecasts that reach so far, each origin once.
         *         scored: those with a measured reading then.
         *         pending: those whose time is after the newest reading.
         *         late: those issued so long after their origin that what came could have been known.
         *         accuracy: of those scored; None without any.
         *         hours: in how many different hours those scored were made: a hundred of one evening say little of a night.
         */
        LedgerScore: {
            /** Twin Version */
            twin_version: string;
            /** Method */
            method: string;
            /** Horizon Min */
            horizon_min: number;
            /** Issued */
            issued: number;
            /** Scored */
            scored: number;
            /** Pending */
            pending: number;
            /** Late */
            late: number;
            accuracy?: components["schemas"]["LedgerAccuracy"] | null;
            /**
             * Hours
             * @default 0
             */
            hours?: number;
        };
        /**
         * LeftOutJson
         * @description A medicine that was not thought of, and why.
         */
        LeftOutJson: {
            /** Name */
            name: string;
            /** Code */
            code: string;
            /** Text */
            text: string;
        };
        /**
         * LessonJson
         * @description Something to read.
         */
        LessonJson: {
            /** Name */
            name: string;
            /** Title */
            title: string;
            /** Text */
            text: string;
        };
        /**
         * LifeEvent
         * @description Something that happened, with the fields of its stream, units in their names; rarer ones are not listed.
         */
        LifeEvent: {
            /** Event Id */
            event_id: string;
            /** Stream */
            stream: string;
            /**
             * Time
             * Format: date-time
             */
            time: string;
            /** Source */
            source?: string;
            /** Carbs G */
            carbs_g?: number | null;
            /** Protein G */
            protein_g?: number | null;
            /** Fat G */
            fat_g?: number | null;
            /** Insulin U */
            insulin_u?: number | null;
            /** Extended U */
            extended_u?: number | null;
            /** Extended Min */
            extended_min?: number | null;
            /** Duration Min */
            duration_min?: number | null;
            /** Rate U Per H */
            rate_u_per_h?: number | null;
            /** Activity Type */
            activity_type?: string | null;
            /** Intensity Fraction */
            intensity_fraction?: number | null;
            /** Kind */
            kind?: string | null;
            /** Text */
            text?: string | null;
        } & {
            [key: string]: unknown;
        };
        /**
         * LifeYearsJson
         * @description Years with the error of the simulation and the range of lives.
         */
        LifeYearsJson: {
            /** Mean */
            mean: number;
            /** Standard Error */
            standard_error: number;
            /** Low */
            low: number;
            /** High */
            high: number;
        };
        /**
         * LifestyleAdviceBody
         * @description Which kinds of habits over which days, and the unit of the sentences.
         */
        LifestyleAdviceBody: {
            /**
             * Days
             * @default 7
             */
            days?: number;
            /** End */
            end?: string | null;
            /**
             * Kinds
             * @default [
             *       "walk",
             *       "smaller",
             *       "fibre",
             *       "earlier-bolus"
             *     ]
             */
            kinds?: components["schemas"]["HabitKind"][];
            /** @default mg/dL */
            unit?: components["schemas"]["GlucoseUnit"];
        };
        /**
         * LifestyleAdviceJson
         * @description A question about habits that was asked: how far it has come, and its answer once there is one.
         */
        LifestyleAdviceJson: {
            job: components["schemas"]["JobJson"];
            question: components["schemas"]["LifestyleQuestion"];
            answer: components["schemas"]["LifestyleAnswer"] | null;
        };
        /**
         * LifestyleAnswer
         * @description Habits, the one that does most first, with what to know before reading it.
         *
         *     ``insulin_left_out`` says why no habit that changes a dose is among them; it is empty where they were looked at.
         */
        LifestyleAnswer: {
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /**
             * End
             * Format: date-time
             */
            end: string;
            /** Days */
            days: number;
            /** Habits */
            habits: components["schemas"]["AdvisedHabitJson"][];
            /** Insulin Left Out */
            insulin_left_out: string;
            /** Cautions */
            cautions: string[];
            /** Uncertainty */
            uncertainty: string;
            /** Limits */
            limits: string;
            /** Twin Version */
            twin_version: string;
        };
        /**
         * LifestyleQuestion
         * @description Which kinds of habits over which days; ``end`` is None for the newest reading.
         */
        LifestyleQuestion: {
            /** Days */
            days: number;
            /** End */
            end: string | null;
            /** Kinds */
            kinds: components["schemas"]["HabitKind"][];
            unit: components["schemas"]["GlucoseUnit"];
        };
        /**
         * LimitsShape
         * @description What advice may come to: ranges as lowest and highest value, and rules that may be stricter than usual.
         */
        LimitsShape: {
            /** Basal U Per H */
            basal_u_per_h: number[];
            /** Carb Ratio G Per U */
            carb_ratio_g_per_u: number[];
            /** Correction Factor Mgdl Per U */
            correction_factor_mgdl_per_u: number[];
            /** Target Mgdl */
            target_mgdl: number[];
            /** Max Bolus U */
            max_bolus_u: number;
            /** Insulin Duration Min */
            insulin_duration_min?: number[] | null;
            /** Max Daily Change Fraction */
            max_daily_change_fraction?: number | null;
            /** Largest Step Fraction */
            largest_step_fraction?: number | null;
            /** Largest Target Step Mgdl */
            largest_target_step_mgdl?: number | null;
            /** Below 54 Pct */
            below_54_pct?: number | null;
            /** Oldest Reading Min */
            oldest_reading_min?: number | null;
            /** Warm Up Min */
            warm_up_min?: number | null;
            /** Falling Mgdl Per Min */
            falling_mgdl_per_min?: number | null;
            /** Low Mgdl */
            low_mgdl?: number | null;
        };
        /**
         * LivedJson
         * @description Means over simulated lives within a horizon of years.
         */
        LivedJson: {
            /** Years */
            years: number;
            /** Life Years */
            life_years: number;
            /** Qalys */
            qalys: number;
        };
        /**
         * LiverJson
         * @description FIB-4.
         */
        LiverJson: {
            /** Valid */
            valid: boolean;
            /** Refused Because */
            refused_because?: components["schemas"]["RefusalJson"][];
            /** Event */
            event?: string;
            /** Events */
            events?: {
                [key: string]: {
                    [key: string]: number | number[];
                };
            };
            /** Cautions */
            cautions?: string[];
            /** Assumed */
            assumed?: string[];
            /** Index */
            index?: number;
            /** Advanced Fibrosis */
            advanced_fibrosis?: string;
            /** Lower Cut Off */
            lower_cut_off?: number;
        } & {
            [key: string]: number | number[];
        };
        /**
         * LowsJson
         * @description What low glucose is to be expected; attributes as in ``glucotwin.months.low_glucose.LowGlucose``.
         */
        LowsJson: {
            /** Felt Per Y */
            felt_per_y: number;
            /** Below 3 Per Y */
            below_3_per_y: number;
            /** Any In A Year Pct */
            any_in_a_year_pct: number;
            /** Severe Per Y */
            severe_per_y: number;
            /** Severe 10Y Pct */
            severe_10y_pct: number;
        };
        /**
         * MealShape
         * @description A meal that is about to be eaten.
         */
        MealShape: {
            /** Carbs G */
            carbs_g: number;
            /** Fat G */
            fat_g?: number | null;
            /** Protein G */
            protein_g?: number | null;
        };
        /**
         * MeasuredJson
         * @description A value on record since, and what was foreseen of a value measured on that day.
         */
        MeasuredJson: {
            /** Name */
            name: string;
            /** On */
            on: string;
            /** Value */
            value: number;
            foreseen: components["schemas"]["SpanJson"];
            verdict: components["schemas"]["glucotwin__advise__follow_up__Verdict"];
        };
        /**
         * MedicineAdviceAnswer
         * @description Plans from the best on, why the first one is proposed, and what the visits told.
         */
        MedicineAdviceAnswer: {
            /** Target Hba1C Pct */
            target_hba1c_pct: number;
            /** Horizon Days */
            horizon_days: number;
            /** Visits */
            visits: number;
            /** Plans */
            plans: components["schemas"]["PlanForeseenJson"][];
            /** Reasons */
            reasons: string[];
            /** Learned */
            learned: components["schemas"]["LearnedJson"][];
            /** Limits */
            limits: string;
        };
        /**
         * MedicineAdviceBody
         * @description The person today, their visits in order (the first one says what is taken), and what is aimed at.
         */
        MedicineAdviceBody: {
            person: components["schemas"]["DescribedPerson"];
            /** Visits */
            visits: components["schemas"]["VisitBody"][];
            /**
             * Target Hba1C Pct
             * @default 7
             */
            target_hba1c_pct?: number;
            /**
             * Months
             * @default 6
             */
            months?: number;
            /** C Peptide Nmoll */
            c_peptide_nmoll?: number | null;
            /**
             * Medicines
             * @description Only these may be begun or raised.
             * @default []
             */
            medicines?: string[];
        };
        /**
         * MedicineChangeJson
         * @description What becomes of a medicine; doses are null where it is not taken or follows fasting glucose.
         */
        MedicineChangeJson: {
            /** Medicine */
            medicine: string;
            step: components["schemas"]["MedicineStep"];
            /** Before */
            before: number | null;
            /** After */
            after: number | null;
            /** Unit */
            unit: string;
            /** Text */
            text: string;
        };
        /**
         * MedicineEvidenceJson
         * @description What the twin of a person's months answered: the proposed plan, the others beside it, and what it rests on.
         */
        MedicineEvidenceJson: {
            plan: components["schemas"]["PlanForeseenJson"];
            advice: components["schemas"]["MedicineAdviceAnswer"];
            /** Visits */
            visits: components["schemas"]["ToldVisitJson"][];
        };
        /**
         * MedicineFollowUpJson
         * @description What became of a plan of medicines until its horizon.
         */
        MedicineFollowUpJson: {
            /** From Day */
            from_day: string;
            /** Until */
            until: string;
            /** Taken */
            taken: components["schemas"]["TakenJson"][];
            /** Measured */
            measured: components["schemas"]["MeasuredJson"][];
        };
        /**
         * MedicineJson
         * @description A medicine or way of living, its class, and its dose.
         */
        MedicineJson: {
            /** Name */
            name: string;
            /** Kind */
            kind: string;
            /** Unit */
            unit: string;
            /** Largest Dose */
            largest_dose: number;
            /** Titrated */
            titrated: boolean;
        };
        /**
         * MedicinePlanBody
         * @description A plan out of those that advice ranks, the day from which it holds, and the question that the twin is asked.
         */
        MedicinePlanBody: {
            /**
             * Plan
             * @description As the answer names it; empty for nothing taken.
             */
            plan: string;
            /**
             * From Day
             * Format: date
             */
            from_day: string;
            advice: components["schemas"]["MedicineAdviceBody"];
        };
        /**
         * MedicinePlanJson
         * @description A plan of medicines from a local day on.
         */
        MedicinePlanJson: {
            /** From Day */
            from_day: string;
            /** Plan */
            plan: string;
            /** Changes */
            changes: components["schemas"]["MedicineChangeJson"][];
            evidence: components["schemas"]["MedicineEvidenceJson"];
        };
        /**
         * MedicineStep
         * @description What becomes of a medicine.
         * @enum {string}
         */
        MedicineStep: "start" | "stop" | "raise" | "lower";
        /**
         * MemberJson
         * @description An account that sees the person.
         */
        MemberJson: {
            /** Account Id */
            account_id: string;
            /** Login */
            login: string;
            /** Display Name */
            display_name: string;
            role: components["schemas"]["Role"];
            /**
             * Since
             * Format: date-time
             */
            since: string;
        };
        /**
         * ModalDayJson
         * @description Percentiles of glucose by the time of day.
         */
        ModalDayJson: {
            /** Minute Of Day */
            minute_of_day: number[];
            /** P05 Mgdl */
            p05_mgdl: (number | null)[];
            /** P25 Mgdl */
            p25_mgdl: (number | null)[];
            /** P50 Mgdl */
            p50_mgdl: (number | null)[];
            /** P75 Mgdl */
            p75_mgdl: (number | null)[];
            /** P95 Mgdl */
            p95_mgdl: (number | null)[];
            /** Readings */
            readings: number[];
        };
        /**
         * MomentAdviceAnswer
         * @description Advice on a moment: every option, the best first and what is refused last.
         */
        MomentAdviceAnswer: {
            /** Advice Id */
            advice_id: string;
            kind: components["schemas"]["MomentKind"];
            /** Kind Text */
            kind_text: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /**
             * End
             * Format: date-time
             */
            end: string;
            /** Asked By */
            asked_by: string;
            /**
             * Asked At
             * Format: date-time
             */
            asked_at: string;
            question: components["schemas"]["MomentQuestionJson"];
            /** T Min */
            t_min: number[];
            /** Chosen */
            chosen: number;
            /** Twin Version */
            twin_version: string;
            taken: components["schemas"]["MomentTakenJson"] | null;
            /** Limits */
            limits: string;
            /** Situation */
            situation: string;
            /** Glucose Mgdl */
            glucose_mgdl: number | null;
            /** Age Min */
            age_min: number | null;
            /** Calculator */
            calculator: string | null;
            /** Reason */
            reason: string;
            /** All Refused */
            all_refused: boolean;
            /** Options */
            options: components["schemas"]["MomentChoiceJson"][];
            sick_day: components["schemas"]["SickDayJson"] | null;
            signed_limits: components["schemas"]["MomentLimitsJson"] | null;
            /** Uncertainty */
            uncertainty: string;
            /** Cautions */
            cautions: string[];
        };
        /**
         * MomentBody
         * @description What is asked; with neither meal, exercise nor kind, what the moment calls for.
         *
         *     Settings are told where they are not on record, and the step of the pump or pen: doses are rounded down to it.
         */
        MomentBody: {
            /** Kind */
            kind?: ("correction" | "missed-bolus" | "low-ahead") | null;
            meal?: components["schemas"]["MealShape"] | null;
            exercise?: components["schemas"]["ExerciseShape"] | null;
            /** Ketone Mmoll */
            ketone_mmoll?: number | null;
            /**
             * Step U
             * @default 0.05
             */
            step_u?: number;
            /**
             * May Split
             * @description Whether a dose may be given over hours; null for what is on record of a pump.
             */
            may_split?: boolean | null;
            /** Carb Ratio G Per U */
            carb_ratio_g_per_u?: number | null;
            /** Correction Factor Mgdl Per U */
            correction_factor_mgdl_per_u?: number | null;
            /** Target Mgdl */
            target_mgdl?: number | null;
            /** @default mg/dL */
            unit?: components["schemas"]["GlucoseUnit"];
        };
        /**
         * MomentChoiceJson
         * @description An option, by its place from 1: what is done, glucose with its 90 % band, expected shares, what is against it.
         */
        MomentChoiceJson: {
            /** Option */
            option: number;
            /** Text */
            text: string;
            /** Is Nothing */
            is_nothing: boolean;
            /** Has Insulin */
            has_insulin: boolean;
            step: components["schemas"]["MomentStepJson"];
            /** Median Mgdl */
            median_mgdl: number[];
            /** Low Mgdl */
            low_mgdl: number[];
            /** High Mgdl */
            high_mgdl: number[];
            /** In Range Pct */
            in_range_pct: number;
            /** Below 70 Pct */
            below_70_pct: number;
            /** Above 180 Pct */
            above_180_pct: number;
            /** Low Probability */
            low_probability: number;
            /** Refusals */
            refusals: components["schemas"]["MomentRefusalJson"][];
        };
        /**
         * MomentFollowUpJson
         * @description What became of advice on a moment.
         */
        MomentFollowUpJson: {
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /**
             * End
             * Format: date-time
             */
            end: string;
            /** Covered Fraction */
            covered_fraction: number;
            /** Inside Fraction */
            inside_fraction: number;
            /** Predicted Mean Mgdl */
            predicted_mean_mgdl: number;
            /** Achieved Mean Mgdl */
            achieved_mean_mgdl: number;
            /** Predicted In Range Pct */
            predicted_in_range_pct: number;
            /** Achieved In Range Pct */
            achieved_in_range_pct: number;
            /** Predicted Below 70 Pct */
            predicted_below_70_pct: number;
            /** Achieved Below 70 Pct */
            achieved_below_70_pct: number;
            /** Predicted Above 180 Pct */
            predicted_above_180_pct: number;
            /** Achieved Above 180 Pct */
            achieved_above_180_pct: number;
            /** Predicted Lowest Mgdl */
            predicted_lowest_mgdl: number;
            /** Predicted Lowest Band Mgdl */
            predicted_lowest_band_mgdl: number;
            /** Achieved Lowest Mgdl */
            achieved_lowest_mgdl: number;
            /** Deeds */
            deeds: components["schemas"]["DeedJson"][];
            /** Other Carbs G */
            other_carbs_g: number;
            /** Other Insulin U */
            other_insulin_u: number;
            /** Reading Min */
            reading_min: number[];
            /** Reading Mgdl */
            reading_mgdl: number[];
        };
        /**
         * MomentKind
         * @description What is asked.
         * @enum {string}
         */
        MomentKind: "meal" | "correction" | "missed-bolus" | "low-ahead" | "exercise";
        /**
         * MomentLimitsJson
         * @description The signed limits that held.
         */
        MomentLimitsJson: {
            /** Signed By */
            signed_by: string;
            /**
             * Valid Until
             * Format: date-time
             */
            valid_until: string;
        };
        /**
         * MomentList
         * @description Advice that was given, the newest first, and how right it was; what may be asked about.
         */
        MomentList: {
            /** Items */
            items: components["schemas"]["MomentRecordJson"][];
            tally: components["schemas"]["MomentTallyJson"];
            /** May Ask Doses */
            may_ask_doses: boolean;
            /** Has Settings */
            has_settings: boolean;
            /** Has Pump */
            has_pump: boolean;
        };
        /**
         * MomentQuestionJson
         * @description What was asked, and what today's settings were said to be; None for those on record.
         */
        MomentQuestionJson: {
            meal: components["schemas"]["PlannedMealJson"] | null;
            exercise: components["schemas"]["PlannedExerciseJson"] | null;
            /** Ketone Mmoll */
            ketone_mmoll: number | null;
            /** Step U */
            step_u: number;
            /** May Split */
            may_split: boolean | null;
            /** Carb Ratio G Per U */
            carb_ratio_g_per_u: number | null;
            /** Correction Factor Mgdl Per U */
            correction_factor_mgdl_per_u: number | null;
            /** Target Mgdl */
            target_mgdl: number | null;
        };
        /**
         * MomentRecordJson
         * @description An advice that was given: what of it was done, or came first, and what became of it.
         */
        MomentRecordJson: {
            /** Advice Id */
            advice_id: string;
            kind: components["schemas"]["MomentKind"];
            /** Kind Text */
            kind_text: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /**
             * End
             * Format: date-time
             */
            end: string;
            /** Asked By */
            asked_by: string;
            /**
             * Asked At
             * Format: date-time
             */
            asked_at: string;
            question: components["schemas"]["MomentQuestionJson"];
            /** T Min */
            t_min: number[];
            /** Chosen */
            chosen: number;
            /** Twin Version */
            twin_version: string;
            taken: components["schemas"]["MomentTakenJson"] | null;
            /** Limits */
            limits: string;
            option: components["schemas"]["MomentChoiceJson"];
            /**
             * Status
             * @enum {string}
             */
            status: "open" | "waiting" | "too-few-readings" | "followed";
            /** Status Text */
            status_text: string;
            follow_up: components["schemas"]["MomentFollowUpJson"] | null;
        };
        /**
         * MomentRefusalJson
         * @description A reason against an option.
         */
        MomentRefusalJson: {
            reason: components["schemas"]["RefusalReason"];
            /** Text */
            text: string;
        };
        /**
         * MomentStepJson
         * @description What would be done.
         */
        MomentStepJson: {
            /** Dose U */
            dose_u: number;
            /** Lead Min */
            lead_min: number;
            /** Split */
            split: [
                number,
                number
            ] | null;
            /** Carbs G */
            carbs_g: number;
            /** Basal Factor */
            basal_factor: number;
            /** Basal Min */
            basal_min: number;
        };
        /**
         * MomentTakenJson
         * @description That an option was done: which, when, and who told it.
         */
        MomentTakenJson: {
            /** Option */
            option: number;
            /**
             * Done At
             * Format: date-time
             */
            done_at: string;
            /** Told By */
            told_by: string;
            /**
             * Told At
             * Format: date-time
             */
            told_at: string;
        };
        /**
         * MomentTallyJson
         * @description All advice that was followed up, together: means over it.
         */
        MomentTallyJson: {
            /** Followed */
            followed: number;
            /** Done As Advised */
            done_as_advised: number;
            /** Inside Fraction */
            inside_fraction: number | null;
            /** Predicted In Range Pct */
            predicted_in_range_pct: number | null;
            /** Achieved In Range Pct */
            achieved_in_range_pct: number | null;
            /** Predicted Below 70 Pct */
            predicted_below_70_pct: number | null;
            /** Achieved Below 70 Pct */
            achieved_below_70_pct: number | null;
        };
        /**
         * NewAccount
         * @description A wish for an account.
         */
        NewAccount: {
            /** Login */
            login: string;
            /** Password */
            password: string;
            /** Display Name */
            display_name: string;
            /**
             * Locale
             * @default en
             * @enum {string}
             */
            locale?: "en" | "de";
        };
        /**
         * NewChannelJson
         * @description A channel that was just made, with what signs its messages where there is such a thing.
         */
        NewChannelJson: {
            /** Channel Id */
            channel_id: string;
            /** Kind */
            kind: string;
            /** Label */
            label: string;
            /** Settings */
            settings: {
                [key: string]: string;
            };
            /** Confirmed */
            confirmed: boolean;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Secret */
            secret?: string | null;
        };
        /**
         * NewJob
         * @description Work on the twin.
         */
        NewJob: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "fit" | "nightly";
        };
        /**
         * NewMember
         * @description An account that shall see the person.
         */
        NewMember: {
            /** Login */
            login: string;
            /**
             * Role
             * @enum {string}
             */
            role: "person" | "carer" | "clinician" | "researcher";
        };
        /**
         * NewToken
         * @description A wish for a token.
         */
        NewToken: {
            /** Name */
            name: string;
            /** Scopes */
            scopes: ("read" | "write")[];
            /** Person Id */
            person_id?: string | null;
            /**
             * Expires In Days
             * @default 365
             */
            expires_in_days?: number;
        };
        /**
         * NewTokenJson
         * @description A token with its text.
         */
        NewTokenJson: {
            /** Token Id */
            token_id: string;
            /** Name */
            name: string;
            /** Scopes */
            scopes: string[];
            /** Person Id */
            person_id: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Expires At */
            expires_at: string | null;
            /** Last Used At */
            last_used_at: string | null;
            /** Token */
            token: string;
        };
        /**
         * NewestReading
         * @description The newest reading, and how old it is.
         */
        NewestReading: {
            /**
             * Time
             * Format: date-time
             */
            time: string;
            /** Glucose Mgdl */
            glucose_mgdl: number;
            /** Kind */
            kind: string;
            /**
             * Censoring
             * @enum {string}
             */
            censoring: "none" | "low" | "high";
            /** Age Min */
            age_min: number;
            /** Stale */
            stale: boolean;
        };
        /**
         * NextRisk
         * @description What may come next.
         */
        NextRisk: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "low" | "high" | "none";
            /** Probability */
            probability: number;
            /** In Min */
            in_min: number | null;
            /** Sentence */
            sentence: string;
        };
        /**
         * NowAnswer
         * @description How a person is now, with the alarms that are on.
         */
        NowAnswer: {
            /** Person Id */
            person_id: string;
            /**
             * As Of
             * Format: date-time
             */
            as_of: string;
            reading: components["schemas"]["NewestReading"] | null;
            /** Trend Mgdl Per Min */
            trend_mgdl_per_min: number | null;
            /**
             * Trend
             * @enum {string}
             */
            trend: "falling-fast" | "falling" | "steady" | "rising" | "rising-fast" | "unknown";
            /** Insulin On Board U */
            insulin_on_board_u: number | null;
            /** Carbs On Board G */
            carbs_on_board_g: number | null;
            /** Recent */
            recent: components["schemas"]["ShownReading"][];
            /** Events */
            events: components["schemas"]["LifeEvent"][];
            forecast: components["schemas"]["IssuedCurve"] | null;
            forecast_withheld: components["schemas"]["Withheld"] | null;
            next_risk: components["schemas"]["NextRisk"] | null;
            /** Sentence */
            sentence: string;
            band_performance: components["schemas"]["BandPerformance"] | null;
            /** Twin Version */
            twin_version: string | null;
            /** Limits */
            limits: string;
            /** Alarms */
            alarms: components["schemas"]["AlarmJson"][];
        };
        /**
         * OfflineTwin
         * @description The hours after the newest reading draw by draw, and what food and insulin do to them.
         */
        OfflineTwin: {
            /**
             * Format
             * @constant
             */
            format: "glucotwin-offline";
            /** Version */
            version: number;
            /** Person Id */
            person_id: string;
            /**
             * Origin
             * Format: date-time
             */
            origin: string;
            /** T Min */
            t_min: number[];
            /** Mean Mgdl */
            mean_mgdl: number[][];
            /** Spread Mgdl */
            spread_mgdl: number[][];
            /** Half Mgdl */
            half_mgdl: number;
            /** Effects */
            effects: components["schemas"]["EffectCurveJson"][];
            /** Twin Version */
            twin_version: string;
            /** Limits */
            limits: string;
        };
        /**
         * OptionJson
         * @description An answer to choose.
         */
        OptionJson: {
            /** Code */
            code: string;
            /** Text */
            text: string;
        };
        /**
         * OutcomeJson
         * @description A summary of the window as it was, as it would have been, and the difference.
         */
        OutcomeJson: {
            /** Name */
            name: string;
            /** Unit */
            unit: string;
            baseline: components["schemas"]["EstimateJson"];
            changed: components["schemas"]["EstimateJson"];
            difference: components["schemas"]["EstimateJson"];
        };
        /**
         * OutcomesModelJson
         * @description UKPDS Outcomes Model 2: courses by year, life-years and quality-adjusted ones, risk factors year by year.
         */
        OutcomesModelJson: {
            /** Valid */
            valid: boolean;
            /** Refused Because */
            refused_because?: components["schemas"]["RefusalJson"][];
            /** Event */
            event?: string;
            /** Events */
            events?: {
                [key: string]: {
                    [key: string]: number | number[];
                };
            };
            /** Cautions */
            cautions?: string[];
            /** Assumed */
            assumed?: string[];
            /** Samples */
            samples?: number;
            /** Seed */
            seed?: number;
            /** Risk Factors */
            risk_factors?: {
                [key: string]: number[];
            };
            life_years?: components["schemas"]["LifeYearsJson"];
            qalys?: components["schemas"]["LifeYearsJson"];
            life_years_gained_on_drugs?: components["schemas"]["GainJson"];
            qalys_gained_on_drugs?: components["schemas"]["GainJson"];
        } & {
            [key: string]: number | number[];
        };
        /**
         * PanelPage
         * @description A page of the panel: how many people there are, how many more do not let themselves be seen, and what follows.
         */
        PanelPage: {
            /** Items */
            items: components["schemas"]["PanelRow"][];
            /** Total */
            total: number;
            /** Hidden */
            hidden: number;
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * PanelRow
         * @description One person in a line: what needs a twin is None without one, or without the consent to it.
         */
        PanelRow: {
            /** Person Id */
            person_id: string;
            /** Display Name */
            display_name: string;
            role: components["schemas"]["Role"];
            /** Has Twin */
            has_twin: boolean;
            reading: components["schemas"]["NewestReading"] | null;
            /** Active Pct */
            active_pct: number | null;
            next_risk: components["schemas"]["NextRisk"] | null;
            /** Alarms On */
            alarms_on: number;
            /** Alarms Urgent */
            alarms_urgent: number;
            /** Urgency */
            urgency: number;
        };
        /**
         * PersonBody
         * @description What is known of a person.
         */
        PersonBody: {
            /** Display Name */
            display_name: string;
            /**
             * Zone
             * @example Europe/Berlin
             */
            zone: string;
            /** @default unknown */
            diabetes_type?: components["schemas"]["DiabetesType"];
            /** @default unknown */
            therapy?: components["schemas"]["TherapyKind"];
            /** Birth Year */
            birth_year?: number | null;
            /** Adult */
            adult?: boolean | null;
            /** @default unknown */
            sex?: components["schemas"]["glucotwin__domain__person__Sex"];
            /** Height Cm */
            height_cm?: number | null;
            /** Weight Kg */
            weight_kg?: number | null;
        };
        /**
         * PersonKeyJson
         * @description One key of a described person; ``default`` is there where one is taken.
         */
        PersonKeyJson: {
            /** Key */
            key: string;
            /** Meaning */
            meaning: string | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "flag" | "number" | "list" | "choice";
            /** Unit */
            unit: string | null;
            /** Choices */
            choices: string[] | null;
            /** Lowest */
            lowest: number | null;
            /** Highest */
            highest: number | null;
            /** Required */
            required: boolean;
            /** May Be Null */
            may_be_null: boolean;
            /** Default */
            default?: boolean | number | string | string[] | null;
        };
        /**
         * PlanBody
         * @description A described person, and values to be below.
         */
        PlanBody: {
            person: components["schemas"]["DescribedPerson"];
            /**
             * Months
             * @default 12
             */
            months?: number;
            /**
             * Height M
             * @description Default by sex.
             */
            height_m?: number | null;
            /**
             * Hba1C Pct
             * @default 7
             */
            hba1c_pct?: number;
            /**
             * Sbp Mmhg
             * @default 130
             */
            sbp_mmhg?: number;
            /**
             * Ldl Mmoll
             * @default 1.8
             */
            ldl_mmoll?: number;
        };
        /**
         * PlanForeseenJson
         * @description What a plan would do; attributes as in ``glucotwin.advise.regimen.choice.Foreseen``.
         */
        PlanForeseenJson: {
            /** Plan */
            plan: string;
            /** Name */
            name: string;
            /** Changes */
            changes: number;
            hba1c_pct: components["schemas"]["SpanJson"];
            course: components["schemas"]["CourseBandJson"];
            weight_course: components["schemas"]["CourseBandJson"];
            /** On Target */
            on_target: number;
            weight_change_kg: components["schemas"]["SpanJson"];
            /** Felt Lows Per Y */
            felt_lows_per_y: number;
            /** Gut Pct */
            gut_pct: number;
            /** Cost Class */
            cost_class: number;
            /** Burden */
            burden: number;
            /** Chosen Weighs No More */
            chosen_weighs_no_more: number;
            /** Guidelines */
            guidelines: components["schemas"]["GuidelineJson"][];
            /** Cautions */
            cautions: components["schemas"]["CautionJson"][];
        };
        /**
         * PlanJson
         * @description Sets that reach the targets, the best first; whether they do, in words too; what is left out and why.
         */
        PlanJson: {
            /** Reached */
            reached: boolean;
            /** Text */
            text: string;
            /** Sets */
            sets: components["schemas"]["CandidateJson"][];
            /** Serves */
            serves: {
                [key: string]: string;
            };
            /** Left Out */
            left_out: components["schemas"]["LeftOutJson"][];
        };
        /**
         * PlannedExerciseJson
         * @description Exercise that was about to begin.
         */
        PlannedExerciseJson: {
            /** In Min */
            in_min: number;
            /** Duration Min */
            duration_min: number;
            /** Intensity Fraction */
            intensity_fraction: number;
            activity_type: components["schemas"]["ActivityType"];
        };
        /**
         * PlannedMealJson
         * @description A meal that was about to be eaten.
         */
        PlannedMealJson: {
            /** Carbs G */
            carbs_g: number;
            /** Fat G */
            fat_g: number | null;
            /** Protein G */
            protein_g: number | null;
        };
        /**
         * PreventJson
         * @description PREVENT, and which of its equations was used.
         */
        PreventJson: {
            /** Valid */
            valid: boolean;
            /** Refused Because */
            refused_because?: components["schemas"]["RefusalJson"][];
            /** Event */
            event?: string;
            /** Events */
            events?: {
                [key: string]: {
                    [key: string]: number | number[];
                };
            };
            /** Cautions */
            cautions?: string[];
            /** Assumed */
            assumed?: string[];
            /** Equation */
            equation?: string;
        } & {
            [key: string]: number | number[];
        };
        /**
         * ProductShape
         * @description Another mealtime insulin.
         */
        ProductShape: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "change-insulin";
            /** Product */
            product: string;
        };
        /**
         * Profile
         * @description How an installation is run.
         * @enum {string}
         */
        Profile: "review" | "research";
        /**
         * ProposalAnswerJson
         * @description What a person or carer said to a proposal.
         */
        ProposalAnswerJson: {
            /** Answer */
            answer: string;
            /** Reason */
            reason: string;
            /** By */
            by: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
        };
        /**
         * ProposalBody
         * @description What is proposed, and the question to the twin, comparison or advice on settings that it rests on.
         *
         *     Of ``medicines`` the plan stands in ``medicines``; every other kind has a ``value``.
         */
        ProposalBody: {
            kind: components["schemas"]["ProposalKind"];
            /** Value */
            value?: number | null;
            /** Present */
            present?: number | null;
            /**
             * From Minute
             * @default 0
             */
            from_minute?: number;
            /**
             * To Minute
             * @default 1440
             */
            to_minute?: number;
            /** Why */
            why: string;
            what_if?: components["schemas"]["WhatIfBody"] | null;
            comparison?: components["schemas"]["ComparedBody"] | null;
            settings?: components["schemas"]["SettingAdviceBody"] | null;
            medicines?: components["schemas"]["MedicinePlanBody"] | null;
        };
        /**
         * ProposalFollowUpJson
         * @description What became of a signed proposal.
         *
         *     ``waiting`` says why there is nothing to compare yet; ``settings`` compares days, ``medicines`` what was measured.
         */
        ProposalFollowUpJson: {
            kind: components["schemas"]["ProposalKind"];
            taken_up: components["schemas"]["TakenUp"];
            /** Taken Up Text */
            taken_up_text: string;
            /** Waiting */
            waiting: string | null;
            settings: components["schemas"]["FollowUpJson"] | null;
            medicines: components["schemas"]["MedicineFollowUpJson"] | null;
        };
        /**
         * ProposalJson
         * @description A proposal, and what became of it: a value with its evidence, or a plan of medicines.
         */
        ProposalJson: {
            /** Proposal Id */
            proposal_id: string;
            status: components["schemas"]["Status"];
            kind: components["schemas"]["ProposalKind"];
            /** Value */
            value: number | null;
            /** Unit */
            unit: string | null;
            /** Present */
            present: number | null;
            /** From Minute */
            from_minute: number;
            /** To Minute */
            to_minute: number;
            /** Sentence */
            sentence: string;
            /** Why */
            why: string;
            evidence: components["schemas"]["EvidenceJson"] | null;
            medicines: components["schemas"]["MedicinePlanJson"] | null;
            /** Proposed By */
            proposed_by: string;
            /**
             * Proposed At
             * Format: date-time
             */
            proposed_at: string;
            /** Decided By */
            decided_by: string | null;
            /** Decided At */
            decided_at: string | null;
            /** Reason */
            reason: string | null;
            /** Answers */
            answers: components["schemas"]["ProposalAnswerJson"][];
        };
        /**
         * ProposalKind
         * @description What is proposed.
         * @enum {string}
         */
        ProposalKind: "carb-ratio" | "correction-factor" | "basal" | "rescue-carbs" | "meal-lead" | "walk" | "medicines";
        /**
         * ProposalList
         * @description Proposals, and the kinds that this account may make.
         */
        ProposalList: {
            /** Items */
            items: components["schemas"]["ProposalJson"][];
            /** Kinds */
            kinds: components["schemas"]["ProposalRuleJson"][];
        };
        /**
         * ProposalRuleJson
         * @description A kind of proposal that may be made, with its limits.
         */
        ProposalRuleJson: {
            kind: components["schemas"]["ProposalKind"];
            /** Unit */
            unit: string;
            /** Low */
            low: number;
            /** High */
            high: number;
            /** Is Setting */
            is_setting: boolean;
        };
        /**
         * Purpose
         * @description What a person can consent to.
         * @enum {string}
         */
        Purpose: "care-view" | "personal-twin" | "population-learning" | "research-export";
        /**
         * PushAnswer
         * @description How many readings are new, how many were known.
         */
        PushAnswer: {
            /** Added */
            added: number;
            /** Repeated */
            repeated: number;
            /** Last Reading At */
            last_reading_at: string | null;
        };
        /**
         * QuestionJson
         * @description A question: a choice, a number with its bounds and unit, or free text.
         */
        QuestionJson: {
            /** Link Id */
            link_id: string;
            kind: components["schemas"]["QuestionKind"];
            /** Scale */
            scale: string;
            /** Text */
            text: string;
            /** Required */
            required: boolean;
            /** Options */
            options: components["schemas"]["OptionJson"][];
            /** Least */
            least: number | null;
            /** Most */
            most: number | null;
            /** Unit */
            unit: string;
        };
        /**
         * QuestionKind
         * @description How a question is answered; names of FHIR item types.
         * @enum {string}
         */
        QuestionKind: "choice" | "integer" | "decimal" | "text";
        /**
         * QuestionnaireJson
         * @description A questionnaire to fill in, in the asker's language.
         */
        QuestionnaireJson: {
            /** Name */
            name: string;
            /** Url */
            url: string;
            /** Version */
            version: string;
            /** Title */
            title: string;
            /** Description */
            description: string;
            /** Copyright */
            copyright: string;
            /** Scales */
            scales: components["schemas"]["ScaleJson"][];
            /** Questions */
            questions: components["schemas"]["QuestionJson"][];
        };
        /**
         * QuestionnaireList
         * @description Questionnaires that may be filled in, and what was answered, the newest first.
         */
        QuestionnaireList: {
            /** Questionnaires */
            questionnaires: components["schemas"]["QuestionnaireJson"][];
            /** Responses */
            responses: components["schemas"]["ResponseJson"][];
        };
        /**
         * QuietHours
         * @description Local hours in which alarms that may be quiet are shown but not sounded; they may pass midnight.
         */
        QuietHours: {
            /**
             * Start
             * Format: time
             */
            start: string;
            /**
             * End
             * Format: time
             */
            end: string;
        };
        /**
         * Reading
         * @description One reading.
         */
        Reading: {
            /**
             * Time
             * Format: date-time
             */
            time: string;
            /** Glucose Mgdl */
            glucose_mgdl: number;
            /** @default cgm */
            kind?: components["schemas"]["GlucoseKind"];
            /** @default none */
            censoring?: components["schemas"]["Censoring"];
            /**
             * Source
             * @default
             */
            source?: string;
        };
        /**
         * ReadingJson
         * @description A reading as it is kept.
         */
        ReadingJson: {
            /**
             * Time
             * Format: date-time
             */
            time: string;
            /** Glucose Mgdl */
            glucose_mgdl: number;
            /** Kind */
            kind: string;
            /** Censoring */
            censoring: string;
        };
        /**
         * Readings
         * @description Readings in any order.
         */
        Readings: {
            /** Readings */
            readings: components["schemas"]["Reading"][];
        };
        /**
         * ReadingsAnswer
         * @description Readings of a window whose end is no part of it.
         */
        ReadingsAnswer: {
            /** Person Id */
            person_id: string;
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /**
             * End
             * Format: date-time
             */
            end: string;
            /** Readings */
            readings: components["schemas"]["ReadingJson"][];
        };
        /**
         * Reason
         * @description Why a score refuses a person; each has a sentence ``prognosis-refusal-…`` in the catalogue.
         * @enum {string}
         */
        Reason: "out-of-range" | "not-measured" | "type-1" | "prior-cardiovascular-disease" | "prior-heart-failure" | "kidney-replacement" | "severe-organ-damage" | "region";
        /**
         * RecordedFactsJson
         * @description What a record tells of a description, key by key, with origins and days, and what limits it.
         */
        RecordedFactsJson: {
            /** Values */
            values: {
                [key: string]: boolean | number | string | string[];
            };
            /** Origins */
            origins: {
                [key: string]: string;
            };
            /** Days */
            days: {
                [key: string]: string;
            };
            /** Cautions */
            cautions: string[];
        };
        /**
         * RefusalJson
         * @description Why a score is not meant for a person.
         */
        RefusalJson: {
            reason: components["schemas"]["Reason"];
            /** Key */
            key: string;
            /** Message */
            message: string;
        };
        /**
         * RefusalReason
         * @description What speaks against an advice.
         * @enum {string}
         */
        RefusalReason: "no-envelope" | "other-person" | "expired" | "not-yet-valid" | "altered" | "no-reading" | "data-too-old" | "sensor-warm-up" | "suspected-artefact" | "low-now" | "falling" | "step-too-large" | "outside-limits" | "max-bolus" | "max-daily-change" | "very-low-likely" | "ketones" | "not-a-number";
        /**
         * RefusedScoreJson
         * @description A score that was not made for such a person, and why.
         */
        RefusedScoreJson: {
            /** Title */
            title: string;
            /** Reasons */
            reasons: string[];
        };
        /**
         * RegimensBody
         * @description A described person and candidates such as ``metformin:2000+semaglutide:1``.
         */
        RegimensBody: {
            person: components["schemas"]["DescribedPerson"];
            /**
             * Months
             * @default 12
             */
            months?: number;
            /**
             * Height M
             * @description Default by sex.
             */
            height_m?: number | null;
            /** Candidates */
            candidates: string[];
            /**
             * Adherence
             * @description Share of doses taken.
             * @default 1
             */
            adherence?: number;
            /**
             * Draws
             * @description Of models and people; 0 for response alone.
             * @default 200
             */
            draws?: number;
        };
        /**
         * Region
         * @description Cardiovascular risk region: the four of SCORE2 in Europe and its neighbours, or elsewhere.
         * @enum {string}
         */
        Region: "low" | "moderate" | "high" | "very_high" | "north_america" | "other";
        /**
         * RemoveExerciseShape
         * @description No walk.
         */
        RemoveExerciseShape: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "remove-exercise";
        };
        /**
         * ResponseBody
         * @description Answers by the ``linkId`` of their question: the code of an option, a number (``7.5``), or text.
         */
        ResponseBody: {
            /** Questionnaire */
            questionnaire: string;
            /** Answers */
            answers: {
                [key: string]: string;
            };
        };
        /**
         * ResponseJson
         * @description A filled-in questionnaire and its scores.
         */
        ResponseJson: {
            /** Response Id */
            response_id: string;
            /** Questionnaire */
            questionnaire: string;
            /** Version */
            version: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Answers */
            answers: {
                [key: string]: string;
            };
            /** Scores */
            scores: components["schemas"]["glucotwin__workflows__questionnaire__answer__ScoreJson"][];
        };
        /**
         * RiskCourseJson
         * @description The risk of one event by the end of each year, from 0 to 1.
         */
        RiskCourseJson: {
            /** Event */
            event: string;
            /** Text */
            text: string;
            /** Risk By Year */
            risk_by_year: number[];
        };
        /**
         * RiskJson
         * @description One risk of one score within a number of years.
         */
        RiskJson: {
            /** Score */
            score: string;
            /** Title */
            title: string;
            /** Event */
            event: string;
            /** Text */
            text: string;
            /** Years */
            years: number;
            /** Risk */
            risk: number;
        };
        /**
         * Role
         * @description Who is asking.
         * @enum {string}
         */
        Role: "person" | "carer" | "clinician" | "researcher" | "admin";
        /**
         * ScaleBasalShape
         * @description Another basal rate.
         */
        ScaleBasalShape: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "scale-basal";
            /** Factor */
            factor: number;
        };
        /**
         * ScaleJson
         * @description What answers are summed up to, with the least and most that this can be.
         */
        ScaleJson: {
            /** Scale */
            scale: string;
            /** Title */
            title: string;
            /** Least */
            least: number;
            /** Most */
            most: number;
        };
        /**
         * ScaleShape
         * @description More or less of what was eaten or given.
         */
        ScaleShape: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "scale-bolus" | "scale-meal";
            /** Factor */
            factor: number;
        };
        /**
         * SeenJson
         * @description Who took care of an alarm by silencing it, and when.
         */
        SeenJson: {
            /** Account Id */
            account_id: string;
            /** Name */
            name: string;
            /**
             * Time
             * Format: date-time
             */
            time: string;
        };
        /**
         * SessionJson
         * @description Who is signed in, and the secret that every change has to repeat.
         */
        SessionJson: {
            account: components["schemas"]["AccountJson"];
            /** Csrf Token */
            csrf_token: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
        };
        /**
         * SettingAdviceAnswer
         * @description What is advised on settings, and why not where nothing is.
         */
        SettingAdviceAnswer: {
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /**
             * End
             * Format: date-time
             */
            end: string;
            /** Days */
            days: number;
            /** Certainty */
            certainty: number | null;
            /** Outcomes */
            outcomes: components["schemas"]["OutcomeJson"][];
            /** Changes */
            changes: components["schemas"]["AdvisedChangeJson"][];
            /** Alternatives */
            alternatives: string[];
            /** Titration */
            titration: string[];
            /** Habits */
            habits: string[];
            /** Withheld */
            withheld: string[];
            today: components["schemas"]["UsualDayJson"] | null;
            advised: components["schemas"]["UsualDayJson"] | null;
            /** Uncertainty */
            uncertainty: string;
            /** Limits */
            limits: string;
            /** Twin Version */
            twin_version: string;
        };
        /**
         * SettingAdviceBody
         * @description Where the days end, what today's settings are where they are not on record, and the unit of the sentences.
         */
        SettingAdviceBody: {
            /** End */
            end?: string | null;
            /** Carb Ratio G Per U */
            carb_ratio_g_per_u?: number | null;
            /** Correction Factor Mgdl Per U */
            correction_factor_mgdl_per_u?: number | null;
            /** Target Mgdl */
            target_mgdl?: number | null;
            /** @default mg/dL */
            unit?: components["schemas"]["GlucoseUnit"];
        };
        /**
         * SettingKind
         * @description What is set.
         * @enum {string}
         */
        SettingKind: "basal" | "carb-ratio" | "correction-factor" | "target" | "duration";
        /**
         * Sex
         * @description Sex as it matters for physiology.
         * @enum {string}
         */
        "Sex-Output": "female" | "male" | "unknown";
        /**
         * ShiftShape
         * @description Earlier or later.
         */
        ShiftShape: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "shift-bolus" | "shift-meal";
            /** Minutes */
            minutes: number;
        };
        /**
         * ShownReading
         * @description A reading of a curve.
         */
        ShownReading: {
            /**
             * Time
             * Format: date-time
             */
            time: string;
            /** Glucose Mgdl */
            glucose_mgdl: number;
        };
        /**
         * SickDayJson
         * @description A sick-day rule that was looked up; the extra insulin that it names is for those who may be told doses.
         */
        SickDayJson: {
            /** Rule */
            rule: string;
            /** Text */
            text: string;
            /** Call */
            call: string;
            /** Recheck Min */
            recheck_min: number | null;
            /** Extra Fraction */
            extra_fraction: number | null;
            /** Source */
            source: string;
        };
        /**
         * SignIn
         * @description Login and password.
         */
        SignIn: {
            /** Login */
            login: string;
            /** Password */
            password: string;
        };
        /**
         * Snooze
         * @description For how long.
         */
        Snooze: {
            /** Minutes */
            minutes: number;
        };
        /**
         * SpanJson
         * @description A median with the 10th and 90th percentile.
         */
        SpanJson: {
            /** Median */
            median: number;
            /** Low */
            low: number;
            /** High */
            high: number;
        };
        /**
         * SplitBolusShape
         * @description A part of a bolus later.
         */
        SplitBolusShape: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "split-bolus";
            /** Now Fraction */
            now_fraction: number;
            /** Over Min */
            over_min: number;
        };
        /**
         * Status
         * @description What became of a proposal.
         * @enum {string}
         */
        Status: "waiting" | "signed" | "declined" | "ended";
        /**
         * StepJson
         * @description A step of an import: what it changed, assumed or left out.
         */
        StepJson: {
            /** Id */
            id: string;
            /**
             * Time
             * Format: date-time
             */
            time: string;
            /** Source */
            source: string;
            /** Stream */
            stream: string;
            /** Quantity */
            quantity: string;
            /** Original */
            original: number | string | null;
            /** Corrected */
            corrected: number | string | null;
            /** Reason */
            reason: string;
            /** Sd */
            sd: number | null;
            /** Record */
            record: {
                [key: string]: unknown;
            } | null;
            /** Reversed */
            reversed: boolean;
        };
        /**
         * TakenBody
         * @description Which option was done, from 1, and when: at most an hour after the moment; null for now.
         */
        TakenBody: {
            /** Option */
            option: number;
            /** Done At */
            done_at?: string | null;
            /** @default mg/dL */
            unit?: components["schemas"]["GlucoseUnit"];
        };
        /**
         * TakenJson
         * @description Whether a change is on record, in words too.
         */
        TakenJson: {
            /** Medicine */
            medicine: string;
            step: components["schemas"]["MedicineStep"];
            taken_up: components["schemas"]["TakenUp"];
            /** Since */
            since: string | null;
            /** Dose */
            dose: number | null;
            /** Text */
            text: string;
        };
        /**
         * TakenUp
         * @description What is on record of whether an advice was taken up; where nothing is, nobody knows.
         * @enum {string}
         */
        TakenUp: "yes" | "partly" | "no" | "unknown";
        /**
         * TargetJson
         * @description The target range: a preset, or one of one's own.
         */
        TargetJson: {
            /** Name */
            name: string;
            /** Low Mgdl */
            low_mgdl: number;
            /** High Mgdl */
            high_mgdl: number;
        };
        /**
         * TherapyAnswer
         * @description An answered comparison, with what to know before reading it.
         */
        TherapyAnswer: {
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /**
             * End
             * Format: date-time
             */
            end: string;
            day: components["schemas"]["UsualDayJson"];
            /** Arms */
            arms: components["schemas"]["TherapyArmJson"][];
            /** Uncertainty */
            uncertainty: string;
            /** Limits */
            limits: string;
            /** Twin Version */
            twin_version: string;
            /** Cautions */
            cautions: string[];
        };
        /**
         * TherapyArmJson
         * @description One alternative's answer.
         */
        TherapyArmJson: {
            /** Name */
            name: string;
            /** Changes */
            changes: string[];
            /** Outcomes */
            outcomes: components["schemas"]["OutcomeJson"][];
            day: components["schemas"]["UsualDayJson"];
            /** Cautions */
            cautions: string[];
        };
        /**
         * TherapyKind
         * @description How insulin, if any, is given.
         * @enum {string}
         */
        TherapyKind: "closed-loop" | "pump" | "injections" | "no-insulin" | "unknown";
        /**
         * TherapyQuestion
         * @description Which therapies over which days; ``end`` is None for the newest reading.
         */
        TherapyQuestion: {
            /** Alternatives */
            alternatives: components["schemas"]["AlternativeJson"][];
            /** Days */
            days: number;
            /** End */
            end: string | null;
        };
        /**
         * TokenJson
         * @description A token of a machine, without its text.
         */
        TokenJson: {
            /** Token Id */
            token_id: string;
            /** Name */
            name: string;
            /** Scopes */
            scopes: string[];
            /** Person Id */
            person_id: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Expires At */
            expires_at: string | null;
            /** Last Used At */
            last_used_at: string | null;
        };
        /**
         * ToldVisitJson
         * @description A visit that an advice rests on, and whether its measurements are on record as they were told.
         */
        ToldVisitJson: {
            /** On */
            on: string;
            /** Medicines */
            medicines: string | null;
            /** Hba1C Pct */
            hba1c_pct: number | null;
            /** Fasting Glucose Mmoll */
            fasting_glucose_mmoll: number | null;
            /** Mean Glucose Mgdl */
            mean_glucose_mgdl: number | null;
            /** Weight Kg */
            weight_kg: number | null;
            /** On Record */
            on_record: boolean;
        };
        /**
         * TopicJson
         * @description What a card is about: here, whose limits were used.
         */
        TopicJson: {
            /** Display */
            display: string;
        };
        /**
         * TrendVerdict
         * @description What a trend says.
         * @enum {string}
         */
        TrendVerdict: "steady" | "possible" | "clear";
        /**
         * TwinAnswer
         * @description What the twin knows of the person.
         */
        TwinAnswer: {
            /** Person Id */
            person_id: string;
            /** Version */
            version: string;
            /** Body */
            body: string;
            fitted: components["schemas"]["FittedWindow"];
            /** Parameters */
            parameters: components["schemas"]["TwinParameter"][];
            effect: components["schemas"]["TwinEffect"];
            fit_quality: components["schemas"]["FitQuality"];
            /** History */
            history: components["schemas"]["TwinEvent"][];
            /** Frozen */
            frozen: boolean;
            validity: components["schemas"]["TwinValidity"];
        };
        /**
         * TwinEffect
         * @description What a unit of insulin and a gram of carbohydrate do to glucose, with 90 % intervals.
         */
        TwinEffect: {
            /** Anchor */
            anchor: string;
            /** Anchored Share */
            anchored_share: number;
            /** Correction Factor Mgdl Per U */
            correction_factor_mgdl_per_u: number;
            /** Correction Factor Low */
            correction_factor_low: number;
            /** Correction Factor High */
            correction_factor_high: number;
            /** Carb Factor Mgdl Per G */
            carb_factor_mgdl_per_g: number;
            /** Carb Factor Low */
            carb_factor_low: number;
            /** Carb Factor High */
            carb_factor_high: number;
        };
        /**
         * TwinEvent
         * @description Something that became of a version.
         */
        TwinEvent: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Event */
            event: string;
            /** Version */
            version: string;
            /** Why */
            why: string;
        };
        /**
         * TwinParameter
         * @description A parameter with its 90 % interval, what was known before, and how much the data said about it.
         */
        TwinParameter: {
            /** Name */
            name: string;
            /** Words */
            words: string;
            /** Unit */
            unit: string;
            /** Median */
            median: number;
            /** Low */
            low: number;
            /** High */
            high: number;
            /** Prior Median */
            prior_median: number;
            /** Prior Low */
            prior_low: number;
            /** Prior High */
            prior_high: number;
            /** Informed Fraction */
            informed_fraction: number;
            /** Informed Words */
            informed_words: string;
        };
        /**
         * TwinValidity
         * @description Whether the model was validated for such a person.
         */
        TwinValidity: {
            /** Valid */
            valid: boolean;
            /** Reasons Against */
            reasons_against: string[];
            /** Cautions */
            cautions: string[];
        };
        /**
         * UncertaintyJson
         * @description Intervals by draws, 10th and 90th percentile, and how often the candidate ends with the lowest HbA1c.
         */
        UncertaintyJson: {
            /** Draws */
            draws: number;
            /** Hba1C Pct */
            hba1c_pct: {
                [key: string]: components["schemas"]["BandsJson"];
            };
            weight_change_kg: components["schemas"]["BandsJson"];
            /** Time In Range Pct */
            time_in_range_pct: [
                number,
                number
            ];
            /** Felt Lows Per Y */
            felt_lows_per_y: [
                number,
                number
            ];
            /** Severe Lows 10Y Pct */
            severe_lows_10y_pct: [
                number,
                number
            ];
            /** Risks 10Y */
            risks_10y: {
                [key: string]: {
                    [key: string]: [
                        number,
                        number
                    ];
                };
            };
            /** Lowest Hba1C Pct */
            lowest_hba1c_pct: number;
        };
        /**
         * UnexplainedShape
         * @description A past day without what nothing on record explains.
         */
        UnexplainedShape: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "leave-out-unexplained";
        };
        /**
         * UploadAnswer
         * @description What taking in a file did.
         */
        UploadAnswer: {
            /** Format */
            format: string;
            /** Added */
            added: {
                [key: string]: number;
            };
            /** Repeated */
            repeated: {
                [key: string]: number;
            };
            /** Findings */
            findings: components["schemas"]["FindingJson"][];
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /**
             * End
             * Format: date-time
             */
            end: string;
            /** File Name */
            file_name: string;
        };
        /**
         * UsualDayJson
         * @description Glucose by the time of day: its median and the middle half, mg/dL, from each minute of the day on.
         */
        UsualDayJson: {
            /** Start Min */
            start_min: number[];
            /** Median Mgdl */
            median_mgdl: number[];
            /** Low Mgdl */
            low_mgdl: number[];
            /** High Mgdl */
            high_mgdl: number[];
        };
        /**
         * VisiblePerson
         * @description Somebody whom the asker may see.
         */
        VisiblePerson: {
            /** Person Id */
            person_id: string;
            /** Display Name */
            display_name: string;
            /** Zone */
            zone: string;
            diabetes_type: components["schemas"]["DiabetesType"];
            therapy: components["schemas"]["TherapyKind"];
            /** Birth Year */
            birth_year: number | null;
            /** Adult */
            adult: boolean | null;
            sex: components["schemas"]["Sex-Output"];
            /** Height Cm */
            height_cm: number | null;
            /** Weight Kg */
            weight_kg: number | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Frozen */
            frozen: boolean;
            role: components["schemas"]["Role"];
            /** Consents */
            consents: components["schemas"]["Purpose"][];
            /**
             * Visible
             * @constant
             */
            visible: true;
            /** Has Twin */
            has_twin: boolean;
            /** Last Reading At */
            last_reading_at: string | null;
        };
        /**
         * VisitBody
         * @description A visit: what was measured, and what is taken from then on (null for as before).
         */
        VisitBody: {
            /**
             * On
             * Format: date
             */
            on: string;
            /** Medicines */
            medicines?: string | null;
            /** Hba1C Pct */
            hba1c_pct?: number | null;
            /** Fasting Glucose Mmoll */
            fasting_glucose_mmoll?: number | null;
            /** Mean Glucose Mgdl */
            mean_glucose_mgdl?: number | null;
            /** Weight Kg */
            weight_kg?: number | null;
        };
        /**
         * VisitJson
         * @description A visit of a record; attributes as in ``glucotwin.workflows.regimen_history.VisitRow``.
         */
        VisitJson: {
            /** On */
            on: string;
            /** Medicines */
            medicines: string | null;
            /** Hba1C Pct */
            hba1c_pct: number | null;
            /** Fasting Glucose Mmoll */
            fasting_glucose_mmoll: number | null;
            /** Mean Glucose Mgdl */
            mean_glucose_mgdl: number | null;
            /** Weight Kg */
            weight_kg: number | null;
        };
        /**
         * VisitsJson
         * @description A person's visits in order, and what was left out or supposed.
         */
        VisitsJson: {
            /** Items */
            items: components["schemas"]["VisitJson"][];
            /** Cautions */
            cautions: string[];
        };
        /**
         * WhatIfAnswer
         * @description An answered what-if: in sentences, with what limits it, and which twin said it.
         */
        WhatIfAnswer: {
            kind: components["schemas"]["WhatIfKind"];
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /** T Min */
            t_min: number[];
            /** Changes */
            changes: string[];
            baseline: components["schemas"]["GlucoseCurveJson"];
            changed: components["schemas"]["GlucoseCurveJson"];
            difference: components["schemas"]["GlucoseCurveJson"];
            /** Outcomes */
            outcomes: components["schemas"]["OutcomeJson"][];
            /** Observed Mgdl */
            observed_mgdl: (number | null)[] | null;
            /** Cautions */
            cautions: string[];
            assumed_effect: components["schemas"]["AssumedEffectJson"] | null;
            /** Sentences */
            sentences: string[];
            /** Uncertainty */
            uncertainty: string;
            /** Limits */
            limits: string;
            /** Twin Version */
            twin_version: string;
        };
        /**
         * WhatIfBody
         * @description A question: what if.
         */
        WhatIfBody: {
            /**
             * Mode
             * @enum {string}
             */
            mode: "ahead" | "replay";
            /** Start */
            start?: string | null;
            /** End */
            end?: string | null;
            /**
             * Horizon Min
             * @default 240
             */
            horizon_min?: number;
            /**
             * Changes
             * @default []
             */
            changes?: (components["schemas"]["AddMealShape"] | components["schemas"]["ScaleShape"] | components["schemas"]["ShiftShape"] | components["schemas"]["AddBolusShape"] | components["schemas"]["SplitBolusShape"] | components["schemas"]["ScaleBasalShape"] | components["schemas"]["AddExerciseShape"] | components["schemas"]["RemoveExerciseShape"] | components["schemas"]["CompositionShape"] | components["schemas"]["ProductShape"] | components["schemas"]["UnexplainedShape"])[];
            algorithm?: components["schemas"]["AlgorithmShape"] | null;
        };
        /**
         * WhatIfKind
         * @description Whether a past window is replayed or the future looked at.
         * @enum {string}
         */
        WhatIfKind: "replay" | "ahead";
        /**
         * Why
         * @description A reason.
         */
        Why: {
            /** Why */
            why: string;
        };
        /**
         * WithdrawalBody
         * @description Why limits no longer hold.
         */
        WithdrawalBody: {
            /** Reason */
            reason: string;
        };
        /**
         * Withheld
         * @description Why there is no forecast.
         */
        Withheld: {
            /** Code */
            code: string;
            /** Detail */
            detail: string;
        };
        /**
         * YearsAheadBody
         * @description A described person, candidates such as ``metformin:2000+semaglutide:1``, and the horizon of the courses.
         */
        YearsAheadBody: {
            person: components["schemas"]["DescribedPerson"];
            /**
             * Candidates
             * @default []
             */
            candidates?: string[];
            /**
             * Years
             * @default 10
             */
            years?: number;
            /**
             * Samples
             * @description Simulated lives.
             * @default 1000
             */
            samples?: number;
        };
        /**
         * YearsAheadJson
         * @description The years ahead on one candidate; without a name, as things go on.
         */
        YearsAheadJson: {
            /** Name */
            name: string;
            /** Hba1C Pct */
            hba1c_pct: number | null;
            /** Courses */
            courses: components["schemas"]["RiskCourseJson"][];
            /** Risks */
            risks: components["schemas"]["RiskJson"][];
            /** Refused */
            refused: components["schemas"]["RefusedScoreJson"][];
        };
        /**
         * Verdict
         * @description How a prediction stands beside what was achieved.
         * @enum {string}
         */
        glucotwin__advise__follow_up__Verdict: "as-predicted" | "less" | "more";
        /**
         * Sex
         * @description Sex as it matters for physiology.
         * @enum {string}
         */
        glucotwin__domain__person__Sex: "female" | "male" | "unknown";
        /**
         * Sex
         * @description Sex as the equations know it.
         * @enum {string}
         */
        glucotwin__prognosis__person__Sex: "female" | "male";
        /**
         * ScoreJson
         * @description What one score says: risks of its own event stand at the top.
         */
        glucotwin__prognosis__shape__ScoreJson: {
            /** Valid */
            valid: boolean;
            /** Refused Because */
            refused_because?: components["schemas"]["RefusalJson"][];
            /** Event */
            event?: string;
            /** Events */
            events?: {
                [key: string]: {
                    [key: string]: number | number[];
                };
            };
            /** Cautions */
            cautions?: string[];
            /** Assumed */
            assumed?: string[];
        } & {
            [key: string]: number | number[];
        };
        /**
         * Verdict
         * @description Whether a fit may be used: yes, yes but read its warnings, no.
         * @enum {string}
         */
        glucotwin__twin__diagnostic__Verdict: "pass" | "caution" | "fail";
        /**
         * ScoreJson
         * @description What a scale came to, and the least and most that it can.
         */
        glucotwin__workflows__questionnaire__answer__ScoreJson: {
            /** Scale */
            scale: string;
            /** Title */
            title: string;
            /** Score */
            score: number | null;
            /** Least */
            least: number;
            /** Most */
            most: number;
        };
        /**
         * Problem
         * @description An error (RFC 9457). The codes are listed in docs/reference/errors.md.
         */
        Problem: {
            type: string;
            title: string;
            status: number;
            code: string;
            /** @description For people. */
            detail: string;
            /** @description What to do. */
            hint: string;
            /** @description The consent that is missing. */
            purpose?: string;
            errors?: {
                field?: string;
                message?: string;
            }[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
