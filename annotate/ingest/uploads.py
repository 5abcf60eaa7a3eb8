"""Multipart bodies straight into the incoming folder: hashed, counted and bounded while they come, never in memory.

Whoever may not upload here gets no byte stored: membership is asked before the body is read.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest, HttpResponseBase, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from annotate.accounts import bearer
from annotate.core import errors, rest
from annotate.ingest import incoming
from annotate.ingest.incoming import Staged, Writer
from annotate.ingest.source import Unfit
from annotate.projects.models import Member
from annotate.projects.roles import allowed_to
from annotate.projects.scope import ProjectView

MAX_PATHS_BYTES = 2**20
# The most of one file that comes with one request; it is held in memory until all of it is here.
PART_BYTES = 8 * 2**20
# A line that went dead says nothing. Without an end to the silence its thread would wait for ever.
SILENCE_SECONDS = 60
T = TypeVar("T")


@dataclass
class Upload:
    """One file of a request: its staged bytes, or why it has none."""

    name: str
    staged: Staged | None = None
    code: str = ""
    reason: str = ""


class Receiver(FileUploadHandler):
    """Stages every file of a request, in the order in which they come."""

    def __init__(self, request: HttpRequest | None = None, *, archives: bool) -> None:
        super().__init__(request)
        self.uploads: list[Upload] = []
        self._archives = archives
        self._writer: Writer | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._writer = Writer(archives=self._archives)
        self.uploads.append(Upload(str(self.file_name), code="cut_off", reason="The upload broke off."))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._writer is not None
        try:
            self._writer.write(raw_data)
        except Unfit as unfit:
            self._writer = None
            self.uploads[-1].code, self.uploads[-1].reason = unfit.code, unfit.reason
            raise SkipFile from None

    def file_complete(self, file_size: int) -> None:
        if self._writer is not None:
            self.uploads[-1] = Upload(self.uploads[-1].name, self._writer.finish())
            self._writer = None

    def clean(self) -> None:
        """Forgets what was not finished."""
        if self._writer is not None:
            self._writer.drop()
            self._writer = None


class NothingHere(FileUploadHandler):
    """For a caller who may not upload: the body is not read."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> None:
        return None


class UploadView(ProjectView):
    """A project route whose POST carries files; `taken` gives them. What nobody claims is removed in the end."""

    parser_classes = (MultiPartParser,)
    archives = True
    receiver: Receiver | None = None

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        bear_no_silence(request)
        # Before anything reads the body (the CSRF check does).
        if request.method == "POST" and "pid" in kwargs:  # there is none while the schema is drawn
            if self._may(request, kwargs["pid"]):
                self.receiver = Receiver(request, archives=self.archives)
                request.upload_handlers = [self.receiver]
            else:
                request.upload_handlers = [NothingHere(request)]
        return super().initialize_request(request, *args, **kwargs)

    def _may(self, request: HttpRequest, pid: int) -> bool:
        """Whether `initial` is going to let this caller in; only decides whether bytes are worth storing."""
        try:
            holder = bearer.read(request)
        except errors.Refused:
            return False
        user, grant = holder or (request.user, None)
        if pid > rest.MAX_ID or not user.is_authenticated or (grant is not None and grant.project not in {None, pid}):
            return False
        member = Member.objects.filter(project_id=pid, user_id=user.pk).first()
        return member is not None and self.rules.get("POST") in allowed_to(member.role, grant, reads=False)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if self.receiver is not None:
            incoming.require_room()
        try:
            super().initial(request, *args, **kwargs)
        except (MultiPartParserError, TooManyFieldsSent):
            raise errors.BadRequest("bad_multipart", "The upload's parts cannot be told apart.") from None
        except TooManyFilesSent:
            raise errors.BadRequest("too_many_files", "One request carries at most 100 files.") from None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.kept: set[str] = set()
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            if self.receiver is not None:
                self.receiver.clean()
                staged = [upload.staged.name for upload in self.receiver.uploads if upload.staged]
                incoming.discard(name for name in staged if name not in self.kept)

    def taken(self, request: Request) -> list[Upload]:
        """The files of this request. BadRequest where there is none."""
        try:
            _ = request.data
        except (MultiPartParserError, TooManyFieldsSent):
            raise errors.BadRequest("bad_multipart", "The upload's parts cannot be told apart.") from None
        except TooManyFilesSent:
            raise errors.BadRequest("too_many_files", "One request carries at most 100 files.") from None
        if self.receiver is None or not self.receiver.uploads:
            raise errors.BadRequest("no_files", "The request carries no file.")
        return self.receiver.uploads

    def claim(self, uploads: list[Upload]) -> None:
        """Says that the staged bytes have found an owner, who removes them."""
        self.kept.update(upload.staged.name for upload in uploads if upload.staged)


def beside(request: Request, name: str, kind: type[T], count: int) -> list[T] | None:
    """A form field that holds a JSON list of one `kind` (str or int) for each file; None where it is absent."""
    raw = request.data.get(name)
    if raw is None:
        return None
    if not isinstance(raw, str) or len(raw) > MAX_PATHS_BYTES:
        raise errors.BadRequest("bad_field", f"{name} must be a JSON list.", {"field": name})
    found = rest.parse_json(raw.encode("utf-8", "surrogatepass"))
    if not isinstance(found, list) or any(type(one) is not kind for one in found) or len(found) != count:
        raise errors.Invalid("paths_do_not_match", f"{name} must hold one value for each file.", {"field": name})
    return list(found)


def bear_no_silence(request: HttpRequest) -> None:
    """Ends a request whose sender has not been heard of for SILENCE_SECONDS."""
    if (socket := request.META.get("gunicorn.socket")) is not None:
        socket.settimeout(SILENCE_SECONDS)


def part_of(request: HttpRequest) -> tuple[int, bytes]:
    """The offset that a request names, and as many bytes of its body as came before it ended or broke off."""
    named, length = request.headers.get("Upload-Offset", ""), str(request.META.get("CONTENT_LENGTH") or "0")
    if not (named.isascii() and named.isdecimal() and len(named) < 19):
        raise errors.BadRequest("no_offset", "The header Upload-Offset must say where the part begins.")
    if not length.isdecimal() or int(length) > PART_BYTES:
        raise errors.TooLarge("part_too_large", "A part has at most 8 MB.", {"limit": PART_BYTES})
    bear_no_silence(request)
    taken = bytearray()
    try:
        while piece := request.read(min(incoming.CHUNK, int(length) - len(taken))):
            taken += piece
    except UnreadablePostError:  # what came of it is as good as any
        pass
    return int(named), bytes(taken)
