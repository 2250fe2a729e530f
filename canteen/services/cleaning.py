"""What may be forgotten: old counter events, ended sessions, old tries to sign in, files that somebody
sent and left lying. No evidence is."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as DbSession

from canteen.models.audit import CounterEvent
from canteen.models.claim_boxes import place_of_export
from canteen.models.claims import ClaimExport, ClaimFile, ClaimFilePart
from canteen.models.imports import ImportFile
from canteen.models.staff import Session, SignInAttempt

EVENT_HOURS = 24
SESSION_DAYS = 1
ATTEMPT_DAYS = 30
#: the copy of a roster or a list holds ID numbers; whoever still wants it sends it again
FILE_DAYS = 90
#: an export of a draft holds them too, and is made anew in a moment
EXPORT_DAYS = 1


def forget_old(session: DbSession, *, now: datetime) -> dict[str, int]:
    """Delete what is older than it is kept for; how many rows of each."""
    events = session.execute(
        delete(CounterEvent)
        .where(CounterEvent.at < now - timedelta(hours=EVENT_HOURS))
        .returning(CounterEvent.seq)
    ).all()
    sessions = session.execute(
        delete(Session)
        .where(Session.expires_at < now - timedelta(days=SESSION_DAYS))
        .returning(Session.staff_id)
    ).all()
    attempts = session.execute(
        delete(SignInAttempt)
        .where(SignInAttempt.at < now - timedelta(days=ATTEMPT_DAYS))
        .returning(SignInAttempt.id)
    ).all()
    files = session.execute(
        update(ImportFile)
        .where(ImportFile.state == "open", ImportFile.sent_at < now - timedelta(days=FILE_DAYS))
        .values(state="discarded", content_box=None, fixes_box=None, done_at=now, done_by="job")
        .returning(ImportFile.id)
    ).all()
    exports = session.scalars(
        delete(ClaimExport)
        .where(ClaimExport.asked_at < now - timedelta(days=EXPORT_DAYS))
        .returning(ClaimExport.uid)
    ).all()
    kept = select(ClaimFile.place)
    session.execute(
        delete(ClaimFilePart).where(
            ClaimFilePart.place.in_([place_of_export(uid) for uid in exports]),
            ClaimFilePart.place.not_in(kept),
        )
    )
    return {
        "counter_events": len(events),
        "sessions": len(sessions),
        "sign_in_attempts": len(attempts),
        "sent_files": len(files),
        "claim_exports": len(exports),
    }
