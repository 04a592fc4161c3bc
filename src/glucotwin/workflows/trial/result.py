"""Use case: analyse a trial that was lived to its end, and keep the tables."""

import math

import polars as pl

from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.reports.trial.page import render_trial
from glucotwin.trial.analysis import analyse, estimate, estimate_frame
from glucotwin.trial.baseline import baseline_rows
from glucotwin.trial.credibility import check_credibility
from glucotwin.trial.flow import flow_of
from glucotwin.trial.look import final_alpha, looks_of
from glucotwin.trial.part import PeriodKind
from glucotwin.trial.result import Lived, TrialResult, VariantResult
from glucotwin.trial.sensitivity import other_analyses
from glucotwin.trial.subgroup import subgroup_levels
from glucotwin.trial.verdict import judge_claims
from glucotwin.workflows.trial.folder import TrialFolder
from glucotwin.workflows.trial.registry import experiment_place
from glucotwin.workflows.trial.run import TrialRun


def analyse_trial(run: TrialRun, *, progress: ProgressCallback = silent) -> TrialResult:
    """Analyses a trial as its design says, and writes tables and ``report.html`` into its folder.

    Args:
        run: lived to its end.
        progress: told how far it is.

    Raises:
        DataError: an arm has too few people with an outcome.
    """
    main, design = run.main, run.design
    experiment = experiment_place(design.experiment).load()
    covariates = experiment.covariates(design)
    alpha, stage = final_alpha(design), message("trial-progress-analyse")
    progress(stage, 0.0)
    estimates = analyse(design, main.people, main.seen)
    first, pair = design.primary[0], design.comparisons[0]
    progress(stage, 0.3)
    others = tuple(
        other
        for comparison in design.comparisons
        for other in other_analyses(design, main.people, main.seen, endpoint=first, comparison=comparison)
    )
    progress(stage, 0.6)
    result = TrialResult(
        design=design,
        lived=main,
        folder=run.folder.path,
        covariates=covariates,
        adherence=experiment.adherence(design),
        estimates=estimates,
        others=others,
        subgroups=subgroup_levels(design, main.people, main.seen, endpoint=first, comparison=pair),
        looks=looks_of(design, main.people, main.seen),
        verdicts=judge_claims(design.claims, estimates, alpha=alpha),
        variants=tuple(_variant(run, one, alpha) for one in run.variants[1:]),
        flow=flow_of(design, main.screened, main.people, main.seen),
        baseline=baseline_rows(
            main.people,
            covariates,
            [one.name for one in design.arms],
            apart=design.period.kind is PeriodKind.PARALLEL,
        ),
        alpha=alpha,
        credibility=check_credibility(design, main.people, main.seen, found=estimates[0].compared.tested),
    )
    _write(result, run.folder)
    run.folder.write_text("report.html", render_trial(result))
    progress(stage, 1.0)
    return result


def _variant(run: TrialRun, variant: Lived, alpha: float) -> VariantResult:
    wanted = {one.name for one in run.design.primary} | {one.endpoint for one in run.design.claims}
    estimates = tuple(
        estimate(variant.design, variant.people, variant.seen, endpoint=endpoint, comparison=comparison)
        for endpoint in variant.design.endpoints
        if endpoint.name in wanted
        for comparison in variant.design.comparisons
    )
    label = next(one.label for one in run.design.variants if one.name == variant.name)
    return VariantResult(
        name=variant.name,
        label=label,
        people=variant.people.height,
        estimates=estimates,
        verdicts=judge_claims(run.design.claims, estimates, alpha=alpha),
    )


def _write(result: TrialResult, folder: TrialFolder) -> None:
    tables = [estimate_frame(result.estimates).select(pl.lit("main").alias("variant"), pl.all())]
    if result.others:
        tables.append(estimate_frame(result.others).select(pl.lit("main").alias("variant"), pl.all()))
    tables += [
        estimate_frame(one.estimates).select(pl.lit(one.name).alias("variant"), pl.all()) for one in result.variants
    ]
    everything = pl.concat(tables, how="vertical_relaxed")
    folder.write_table("estimates", everything)
    folder.write_text("estimates.csv", everything.write_csv())
    folder.write_json("result.json", without_nan(result.to_json()))


def without_nan(value: object) -> object:
    """The same with null for numbers that are not finite."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: without_nan(one) for key, one in value.items()}
    if isinstance(value, list):
        return [without_nan(one) for one in value]
    return value
