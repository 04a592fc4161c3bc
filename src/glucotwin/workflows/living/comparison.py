"""Use case: the comparison of therapies that somebody asks a service for, worked on as a job."""

from datetime import datetime

from glucotwin.advise.therapy import Alternative, TherapyComparison
from glucotwin.core.answer import Answer
from glucotwin.core.message import message
from glucotwin.core.profile import Authority
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.store.database import Database
from glucotwin.store.desk import Desk, desk_of
from glucotwin.store.job import Job, JobKind, create_job, read_content
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.shape.therapy import TherapyAnswer, TherapyQuestion
from glucotwin.workflows.therapy import alternative_of, compare_therapies, require_comparable


def ask_comparison(
    desk: Desk, memory: Memory, person_id: str, question: TherapyQuestion, *, authority: Authority, locale: str
) -> Job:
    """Notes a comparison that waits to be worked on, in place of the account's unanswered one.

    Args:
        desk: of who asks.
        memory: what is remembered.
        person_id: about whom.
        question: which therapies over which days.
        authority: on whose behalf.
        locale: language of the answer.

    Raises:
        NotAllowedError: the authority may not be shown such what-ifs.
        NotFoundError: there is no twin.
        DataError: an alternative changes nothing, or dosing would have to answer in two ways.
    """
    require_comparable(_alternatives(question), authority)
    memory.require_twin(desk, person_id)
    return create_job(desk, person_id, JobKind.COMPARE, request={"locale": locale, "question": dict(question)})


def answer_comparison(
    database: Database, memory: Memory, job: Job, *, authority: Authority, progress: ProgressCallback = silent
) -> TherapyAnswer:
    """Works a comparison out. The long part holds no transaction.

    Args:
        database: open.
        memory: what is remembered.
        job: the comparison.
        authority: on whose behalf.
        progress: told before each alternative.

    Raises:
        NotFoundError: the job or the twin is gone.
        NotAllowedError, SafetyError, DataError: see ``compare_therapies``.
    """
    with desk_of(database, job.asked_by) as desk:
        question: TherapyQuestion = read_content(desk, job.person_id, job.job_id).request["question"]
        timeline, twin = memory.timeline(desk, job.person_id), memory.require_twin(desk, job.person_id)
    end = question["end"]
    answer = compare_therapies(
        twin,
        timeline,
        _alternatives(question),
        days=question["days"],
        end=None if end is None else datetime.fromisoformat(end),
        authority=authority,
        progress=progress,
    )
    return _answer_json(answer)


def _alternatives(question: TherapyQuestion) -> list[Alternative]:
    return [alternative_of(**one) for one in question["alternatives"]]


def _answer_json(answer: Answer[TherapyComparison]) -> TherapyAnswer:
    keys = dict.fromkeys(key for arm in answer.payload.arms for key in arm.what_if.cautions)
    return {
        **answer.payload.to_json(),
        "cautions": [message(key) for key in (*keys, *answer.validity.cautions)],
        "uncertainty": answer.uncertainty,
        "limits": answer.limits,
        "twin_version": answer.model.twin_version,
    }
