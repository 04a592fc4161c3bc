"""Use case: what habits would have done, which somebody asks a service for, worked on as a job."""

from datetime import datetime

from glucotwin.advise.lifestyle import HabitKind, Lifestyle, RankedHabit
from glucotwin.core.answer import Answer
from glucotwin.core.message import message
from glucotwin.core.profile import Authority, Capability
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.unit import GlucoseUnit
from glucotwin.reports.number import Numbers
from glucotwin.reports.section.lifestyle import habit_name, habit_sentence
from glucotwin.store.database import Database
from glucotwin.store.desk import Desk, desk_of
from glucotwin.store.job import Job, JobKind, create_job, read_content
from glucotwin.workflows.lifestyle import rank_person_habits
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.shape.lifestyle_advice import AdvisedHabitJson, LifestyleAnswer, LifestyleQuestion


def ask_habits(
    desk: Desk, memory: Memory, person_id: str, question: LifestyleQuestion, *, authority: Authority, locale: str
) -> Job:
    """Notes a question that waits to be worked on, in place of the account's unanswered one.

    Args:
        desk: of who asks.
        memory: what is remembered.
        person_id: about whom.
        question: which habits over which days.
        authority: on whose behalf.
        locale: language of the answer.

    Raises:
        NotAllowedError: the authority may not be shown what-ifs of habits.
        NotFoundError: there is no twin.
    """
    authority.require(Capability.WHAT_IF_LIFESTYLE)
    memory.require_twin(desk, person_id)
    return create_job(desk, person_id, JobKind.HABITS, request={"locale": locale, "question": dict(question)})


def answer_habits(
    database: Database, memory: Memory, job: Job, *, authority: Authority, progress: ProgressCallback = silent
) -> LifestyleAnswer:
    """Works out what habits would have done. The long part holds no transaction.

    Args:
        database: open.
        memory: what is remembered.
        job: the question.
        authority: on whose behalf.
        progress: told before habits that are replayed together.

    Raises:
        NotFoundError: the job or the twin is gone.
        NotAllowedError, SafetyError, DataError: see ``rank_person_habits``.
    """
    with desk_of(database, job.asked_by) as desk:
        question: LifestyleQuestion = read_content(desk, job.person_id, job.job_id).request["question"]
        timeline, twin = memory.timeline(desk, job.person_id), memory.require_twin(desk, job.person_id)
    end = question["end"]
    answer = rank_person_habits(
        twin,
        timeline,
        days=question["days"],
        end=None if end is None else datetime.fromisoformat(end),
        kinds=[HabitKind(one) for one in question["kinds"]],
        authority=authority,
        progress=progress,
    )
    insulin = authority.allows(Capability.WHAT_IF_INSULIN)
    return lifestyle_json(answer, unit=GlucoseUnit(question["unit"]), insulin=insulin)


def lifestyle_json(answer: Answer[Lifestyle], *, unit: GlucoseUnit, insulin: bool) -> LifestyleAnswer:
    """Habits in words and numbers.

    Args:
        answer: what was found.
        unit: of glucose in sentences.
        insulin: whether habits that change a dose were looked at.
    """
    found = answer.payload
    told = found.to_json()
    return {
        "start": told["start"],
        "end": told["end"],
        "days": told["days"],
        "habits": [_habit_json(one, found.window.days, Numbers(unit)) for one in found.habits],
        "insulin_left_out": "" if insulin else message("lifestyle-no-insulin"),
        "cautions": [message(key) for key in (*_common(found), *answer.validity.cautions)],
        "uncertainty": answer.uncertainty,
        "limits": answer.limits,
        "twin_version": answer.model.twin_version,
    }


def _habit_json(ranked: RankedHabit, days: float, numbers: Numbers) -> AdvisedHabitJson:
    return {
        **ranked.to_json(),
        "name": habit_name(ranked.habit),
        "sentence": habit_sentence(ranked, days, numbers),
        "cautions": [message(key) for key in ranked.cautions],
    }


def _common(found: Lifestyle) -> list[str]:
    """Keys of what holds for every habit."""
    first = found.habits[0].cautions if found.habits else ()
    return [key for key in first if all(key in one.cautions for one in found.habits)]
