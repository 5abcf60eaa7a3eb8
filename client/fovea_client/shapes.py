"""What the API answers. Written by `client/generate.py` from its description; not to be changed by hand."""

from typing import Any, Literal, NotRequired, TypedDict


class SessionUser(TypedDict):
    id: int
    username: str
    name: str
    language: str
    theme: str
    is_server_admin: bool
    may_create_projects: bool
    is_volunteer: bool


class SessionShape(TypedDict):
    user: SessionUser | None
    version: str
    csrf_token: str


ActionsEnum = Literal["manage", "settle", "browse", "work", "label", "see"]


Role = Literal["admin", "reviewer", "researcher", "annotator", "volunteer"]


class ProjectShape(TypedDict):
    id: int
    name: str
    description: str
    kind: str
    role: Role
    actions: list[ActionsEnum]
    redundancy: int
    holdout_share: float
    holdout_votes: int | None
    votes_cap: int | None
    accept_confidence: float
    consensus_method: str
    guide_text: str
    guide_version: int
    order: str
    show_proposals: bool
    practice_required: bool
    gold_share: float
    gold_bar: float | None
    licence: str
    counts: dict[str, int]
    created_at: str


class PictureShape(TypedDict):
    id: int
    url: str
    caption: str


class ClassShape(TypedDict):
    id: int
    concept_id: int
    index: int
    name: str
    definition: str
    synonyms: list[str]
    color: str
    hotkey: str
    archived: bool
    added_in: int
    examples: list[PictureShape]


class BatchCounts(TypedDict):
    received: int
    done: int
    added: int
    duplicate: int
    refused: int
    boxes: int
    boxes_left_out: int


BatchState = Literal["open", "closed", "analysed", "done", "cancelled"]


JobState = Literal["queued", "running", "done", "failed", "cancelled"]


class JobBar(TypedDict):
    """The shape of `bar`; for schemas."""

    id: int
    kind: str
    title: str
    state: JobState
    done: int
    total: int
    message: str
    rate: float | None
    seconds_left: float | None
    created_at: str
    finished_at: str | None
    data: dict[str, Any]


LabelsAs = Literal["none", "votes", "gold", "proposals"]


class BatchShape(TypedDict):
    id: int
    name: str
    state: BatchState
    labels_as: LabelsAs
    staged: bool
    take_splits: bool
    source_name: str
    created_at: str
    counts: BatchCounts
    job: JobBar | None


FileShapeStateEnum = Literal["pending", "added", "duplicate", "refused"]


class FileShape(TypedDict):
    id: int
    path: str
    state: FileShapeStateEnum
    code: str
    message: str
    image_id: int | None


FileResultStateEnum = Literal["received", "refused"]


class FileResult(TypedDict):
    path: str
    state: FileResultStateEnum
    code: str
    message: str


PictureState = Literal["open", "closed", "review", "unasked", "set_aside", "excluded", "deleted", "example"]


SplitEnum = Literal["train", "holdout", "none"]


class Tile(TypedDict):
    id: int
    name: str
    thumb: str
    width: int
    height: int
    split: SplitEnum
    state: PictureState
    answer: dict[str, Any] | None
    confidence: float | None
    agreement: float | None
    votes: int
    problem: str
    gold: bool


class BatchName(TypedDict):
    id: int
    name: str


class ConsensusShape(TypedDict):
    answer: dict[str, Any] | None
    confidence: float
    agreement: float | None
    distribution: dict[str, float]
    counts: dict[str, int]
    votes: int
    method: str
    source: str
    decided: bool
    updated_at: str


EventShapeWhatEnum = Literal[
    "added",
    "imported",
    "handed_out",
    "vote",
    "settled",
    "decision",
    "proposal",
    "asked_again",
    "exclude",
    "include",
    "delete",
    "restore",
]


class EventShape(TypedDict):
    at: str
    what: EventShapeWhatEnum
    person: str
    answer: dict[str, Any] | None
    text: str
    note: str
    asking: int | None
    counted: bool | None
    surplus: bool | None
    superseded: bool | None
    proposed: bool | None
    score: float | None
    took_ms: int | None
    gold: bool | None


class PredictionShape(TypedDict):
    model: str
    distribution: dict[str, float]


class RulingShape(TypedDict):
    at: str
    ruling: str
    answer: dict[str, Any] | None
    note: str
    asking: int
    person: str


class TaskShape(TypedDict):
    id: int
    state: str
    asking: int
    votes_wanted: int
    votes_counted: int
    chosen_by: str


class PictureItem(TypedDict):
    id: int
    name: str
    thumb: str
    width: int
    height: int
    split: SplitEnum
    state: PictureState
    answer: dict[str, Any] | None
    confidence: float | None
    agreement: float | None
    votes: int
    problem: str
    gold: bool
    display: str
    full: str
    original_name: str
    digest: str
    batch: BatchName | None
    group: int | None
    licence: str
    author: str
    source: str
    created_at: str
    task: TaskShape | None
    consensus: ConsensusShape | None
    decisions: list[RulingShape]
    timeline: list[EventShape]
    timeline_next: str | None
    predictions: list[PredictionShape]


class FacetsShape(TypedDict):
    """Totals of the whole project by value, as a sweep last counted them."""

    images: int
    states: dict[str, int]
    splits: dict[str, int]
    problems: dict[str, int]
    classes: dict[str, int]
    agreement: dict[str, int]
    counted_at: str


class CountShape(TypedDict):
    count: int
    capped: bool
    facets: FacetsShape | None


class ClassCount(TypedDict):
    id: int
    index: int
    name: str
    count: int
    train: int
    val: int
    holdout: int
    left_out: int


class VersionCounts(TypedDict):
    """train, val, holdout and left_out count labeled pictures; `splits` counts all of them."""

    images: NotRequired[int]
    votes: NotRequired[int]
    labeled: NotRequired[int]
    empty: NotRequired[int]
    unresolved: NotRequired[int]
    unlabeled: NotRequired[int]
    train: NotRequired[int]
    val: NotRequired[int]
    holdout: NotRequired[int]
    left_out: NotRequired[int]
    splits: NotRequired[dict[str, int]]
    excluded: NotRequired[dict[str, dict[str, int]]]
    per_class: NotRequired[list[ClassCount]]


VersionState = Literal["queued", "ready", "failed"]


class VersionShape(TypedDict):
    id: int
    number: int
    digest: str
    state: VersionState
    counts: VersionCounts
    note: str
    parent: int | None
    created_at: str
    created_by: str
    job: JobBar | None


class OptionShape(TypedDict):
    name: str
    default: Any
    choices: list[Any]
    help: str


class FormatShape(TypedDict):
    name: str
    title: str
    accepts: bool
    options: list[OptionShape]
    sample: list[str]


class ExportShape(TypedDict):
    id: int
    version: int
    format: str
    options: dict[str, Any]
    state: VersionState
    bytes: int
    digest: str
    losses: dict[str, int]
    created_at: str
    created_by: str
    job: JobBar | None


FaultEnum = Literal["data", "config", "server"]


class Fault(TypedDict):
    """Why something failed, and whether to change the data, the config or the server."""

    fault: FaultEnum
    message: str
    log: str


RunState = Literal["queued", "running", "stopping", "stopped", "finished", "failed"]


class VersionName(TypedDict):
    id: int
    number: int


class WeightsName(TypedDict):
    id: int
    name: str


class RunShape(TypedDict):
    id: int
    name: str
    state: RunState
    version: VersionName
    weights: WeightsName | None
    architecture: str
    config: dict[str, Any]
    preset: str
    epoch: int
    epochs: int
    seconds_left: float | None
    images_per_s: float | None
    attempt: int
    error: Fault | None
    train_loss: float | None
    train_accuracy: float | None
    val_loss: float | None
    val_accuracy: float | None
    val_map: float | None
    val_map50: float | None
    progress: dict[str, Any]
    created_at: str
    started_at: str | None
    finished_at: str | None
    checkpoint: int | None
    evaluation: int | None


class Metrics(TypedDict):
    lines: list[dict[str, Any]]
    start: int
    next: int
    attempt: int
    state: str


EvaluationState = Literal["queued", "running", "ready", "failed"]


class EvaluationShape(TypedDict):
    id: int
    state: EvaluationState
    version: VersionName
    run: int
    run_name: str
    checkpoint: int
    epoch: int
    trained_on: int
    summary: dict[str, Any]
    error: Fault | None
    created_at: str


class EvaluationDetail(TypedDict):
    id: int
    state: EvaluationState
    version: VersionName
    run: int
    run_name: str
    checkpoint: int
    epoch: int
    trained_on: int
    summary: dict[str, Any]
    error: Fault | None
    created_at: str
    content: dict[str, Any] | None


class Accuracy(TypedDict):
    value: float | None
    low: float | None
    high: float | None
    count: int
    unresolved: int
    version: int
    comparable: bool


RoundState = Literal["freezing", "training", "evaluating", "choosing", "done", "failed"]


class RoundShape(TypedDict):
    id: int
    number: int
    state: RoundState
    preset: str
    strategy: str
    version: VersionName | None
    run: int | None
    run_state: str | None
    evaluation: int | None
    labels_spent: int
    votes_spent: int
    accuracy: Accuracy | None
    chosen: dict[str, Any]
    error: Fault | None
    created_at: str
    finished_at: str | None


class CycleSettings(TypedDict):
    order: str
    show_proposals: bool


class Said(TypedDict):
    code: str
    message: str


class Next(TypedDict):
    allowed: bool
    reason: Said | None
    warnings: list[Said]
    preset: str


NameEnum = Literal["pictures", "label", "freeze", "train", "evaluate", "choose"]


class Place(TypedDict):
    page: str
    id: int | None


class Stage(TypedDict):
    name: NameEnum
    waiting: int
    done: int
    review: int
    state: str
    link: Place


class CycleShape(TypedDict):
    stages: list[Stage]
    rounds: list[RoundShape]
    next: Next
    settings: CycleSettings


class DeskProgress(TypedDict):
    mine_today: int
    mine: int
    open: int
    leased_by_others: int
    done: int
    total: int


StatusEnum = Literal["stored", "repeated", "refused"]


class DeskResult(TypedDict):
    key: str
    status: StatusEnum
    surplus: bool
    code: str | None
    message: str | None
    data: dict[str, Any] | None


class DeskPicture(TypedDict):
    id: int
    width: int
    height: int
    thumb: str
    display: str


class DeskProposal(TypedDict):
    id: int
    answer: dict[str, Any]
    score: float


class DeskTask(TypedDict):
    id: int
    lease: int
    expires_at: str
    image: DeskPicture
    question: str
    kind: str
    asking: int
    proposal: DeskProposal | None


ReasonEnum = Literal["done", "leased", "no_tasks", "no_classes", "practice", "paused"]


class DeskOut(TypedDict):
    results: list[DeskResult]
    tasks: list[DeskTask]
    progress: DeskProgress
    reason: ReasonEnum | None


class DeskGuidePicture(TypedDict):
    id: int
    url: str
    caption: str


class DeskClass(TypedDict):
    id: int
    concept_id: int
    index: int
    name: str
    definition: str
    synonyms: list[str]
    color: str
    hotkey: str
    archived: bool
    added_in: int
    examples: list[DeskGuidePicture]


class DeskGuide(TypedDict):
    guide_text: str
    guide_version: int
    pictures: list[DeskGuidePicture]
    classes: list[DeskClass]
    show_proposals: bool


class ReviewShare(TypedDict):
    concept_id: int | None
    p: float


class ReviewVote(TypedDict):
    answer: dict[str, Any]
    surplus: bool
    proposed: bool
    asking: int


class ReviewItem(TypedDict):
    task: int
    image: DeskPicture
    kind: str
    answer: dict[str, Any] | None
    confidence: float
    distribution: list[ReviewShare]
    votes: list[ReviewVote]
    split: str
    state: str
    asking: int


class ReviewPage(TypedDict):
    items: list[ReviewItem]
    next: str | None
