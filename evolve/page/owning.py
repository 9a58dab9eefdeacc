"""What the owner of a run may do on its page, beside judging."""

from pathlib import Path

from evolve.errors import EvolveError, StorageError
from evolve.page.family import family_document, individual_files
from evolve.page.listeners import Guest
from evolve.page.refusals import Refusal
from evolve.page.room import ListeningRoom
from evolve.page.stages import Document
from evolve.page.state import IDLE
from evolve.search.branching import branch, branch_folder
from evolve.search.steps import close_generation
from evolve.store.run_store import RunStore


def close_open_generation(room: ListeningRoom, store: RunStore, guest: Guest, generation: object = None) -> Document:
    """Rank by the ballots that are there.

    Args:
        room: The run's.
        store: Its.
        guest: Who asks.
        generation: Which one is meant, so that nobody closes the next one by a second press; None: whichever is open.
    """
    check_owner(guest)
    number = room.number
    if generation not in (None, number):
        raise Refusal(409, f"generation {generation!s:.20} is not the one that is open")
    if not room.stage(guest).is_open:
        raise Refusal(409, f"there is nothing to close now: {IDLE[room.stage(guest)]}")
    close_generation(store, number)
    room.watch.ranked_here.add(number)
    room.watch.look(store, is_due=True)
    return {"stage": room.stage(guest)}


def invite_listener(room: ListeningRoom, store: RunStore, guest: Guest, name: object) -> Document:
    """Let somebody else judge, by a link of their own; from then on a generation stays open until it is closed."""
    check_owner(guest)
    if not isinstance(name, str):
        raise Refusal(400, 'a listener has a name: {"name": "ann"}')
    try:
        (known,) = room.invite(store, [name])
    except StorageError:
        raise
    except EvolveError as error:
        raise Refusal(400, str(error)) from error
    room.news.tell()
    return {"name": known, "link": room.link(known)}


def begin_branch(room: ListeningRoom, guest: Guest, ancestors: object, name: object) -> Document:
    """Begin a new run from ancestors, beside this one.

    All that they have made is read and written anew, so it is done in a thread of the caller's, with a store of its
    own that is only read: moves of listeners do not wait for it.
    """
    check_owner(guest)
    if not isinstance(ancestors, list) or not all(isinstance(one, str) for one in ancestors) or not ancestors:
        raise Refusal(400, 'ancestors are ids: {"from": ["g0-3"]}')
    if not isinstance(name, str | None):
        raise Refusal(400, "the name of a run is a text")
    with RunStore(room.paths.folder, read_only=True) as store:
        folder = branch_folder(store, room.paths.folder.parent, name or None)
        with branch(store, ancestors, folder, sources=room.sources) as made:
            return {"run": made.name, "command": room.resume_command(made.paths.reference)}


def family_told(room: ListeningRoom, store: RunStore, guest: Guest) -> Document:
    """Everyone of the ranked generations."""
    check_owner(guest)
    room.watch.look(store)
    return family_document(store, room.run, room.presentation)


def files_of_family(room: ListeningRoom, store: RunStore, guest: Guest, name: str, index: int) -> dict[str, Path]:
    """The files of a sample of somebody whose generation is ranked."""
    check_owner(guest)
    return individual_files(store, room.run, name, index)


def check_owner(guest: Guest) -> None:
    """Let nobody but the owner do it."""
    if not guest.is_owner:
        raise Refusal(403, "only the owner of the run may do that")
