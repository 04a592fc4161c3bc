"""Use case: import a person's file, judge its quality and keep it as a timeline."""

from dataclasses import dataclass, replace
from pathlib import Path

from glucotwin.core.error import ConflictError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.domain.archive import check_free, save_timeline, timeline_hash
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.days import DayReport, day_reports, days_json
from glucotwin.ingest.diary.worded_meal import with_worded_meals
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import QualityReport
from glucotwin.ingest.reader import import_path
from glucotwin.reports.quality_page import render_quality


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAnswer:
    """What an import gives.

    Attributes:
        timeline: the person's data.
        quality: what the import found out about them.
        days: what there is on each local day, what was detected, and whether it is fit for a twin.
        folder: where they were saved; None when nothing was saved.
        content_sha256: hash of the timeline's content.
    """

    timeline: Timeline
    quality: QualityReport
    days: tuple[DayReport, ...]
    folder: Path | None
    content_sha256: str

    def to_json(self) -> dict[str, object]:
        """The answer as JSON values."""
        person = self.timeline.person
        return {
            "person": {
                "person_id": person.person_id,
                "zone": person.zone,
                "diabetes_type": str(person.diabetes_type),
                "therapy": str(person.therapy),
            },
            "timeline": None if self.folder is None else str(self.folder),
            "content_sha256": self.content_sha256,
            "settings": len(self.timeline.settings),
            "quality": self.quality.to_json(),
            "days": days_json(self.days),
        }


def import_data(
    path: Path,
    options: ImportOptions | None = None,
    out: Path | None = None,
    *,
    overwrite: bool = False,
    page: Path | None = None,
    words: bool = False,
    progress: ProgressCallback = silent,
) -> ImportAnswer:
    """Imports a file, folder or archive and saves it as a timeline's folder, which appears whole or not at all.

    Args:
        path: the file, folder or zip archive.
        options: what the file may not say.
        out: folder to save to; None saves nothing.
        overwrite: replace an existing timeline at ``out``, and an existing page.
        page: HTML file to write the quality page to; None writes none.
        words: make meals of notes that tell them in words (``worded_meal``).
        progress: told how far the work has come.

    Raises:
        DataError, UnitError: the file cannot be what it claims to be.
        ConflictError: ``out`` or the page exists and may not be replaced.
    """
    if out is not None:
        check_free(out, overwrite=overwrite)
    if page is not None and page.exists() and not overwrite:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, f"{page} exists.", hint="Choose another file, or replace it: --overwrite."
        )
    result = import_path(path, options, progress=part_of(progress, start=0.0, end=0.85))
    if words:
        result = replace(result, timeline=with_worded_meals(result.timeline))
    progress("judging the days", 0.85)
    days = day_reports(result.timeline)
    if out is not None:
        progress("saving the timeline", 0.9)
        read = [one for one in result.quality.sources if one.refused is None]
        save_timeline(
            result.timeline,
            out,
            manifest_inputs={f"source-{number}": one.sha256 for number, one in enumerate(read, start=1)},
            reports={"quality": result.quality.to_json(), "days": days_json(days)},
            overwrite=overwrite,
        )
    if page is not None:
        text = render_quality(result.timeline, result.quality, days)
        replace_file(page, lambda place: place.write_text(text, encoding="utf-8"))
    return ImportAnswer(
        timeline=result.timeline,
        quality=result.quality,
        days=days,
        folder=out,
        content_sha256=timeline_hash(result.timeline),
    )
