// Written by scripts/client_types from the forms of the server; change those and run it again.

/**
 * What an event of the engine says, by its kind: `data` of an `EventView`.
 */
export interface EventData {
  run_started: RunStarted;
  node_started: NodeStarted;
  node_progress: NodeProgress;
  node_preview: NodePreview;
  node_hit: NodeHit;
  node_finished: NodeFinished;
  artifact_saved: ArtifactSaved;
  node_opened: NodeOpened;
  node_retried: NodeRetried;
  node_failed: NodeFailed;
  node_skipped: NodeSkipped;
  run_finished: RunFinished;
}
/**
 * A run of `nodes` nodes begins.
 */
export interface RunStarted {
  document: string;
  nodes: number;
}
/**
 * A node begins to compute; `reason` says why it was not a hit.
 */
export interface NodeStarted {
  node: string;
  node_type: string;
  reason: string;
}
/**
 * A node has done `done` of `total` steps; `total` 0 means unknown.
 */
export interface NodeProgress {
  node: string;
  done: number;
  total: number;
  note: string;
}
/**
 * A picture (or other small file) of work in progress.
 */
export interface NodePreview {
  node: string;
  data: number;
  media_type: string;
}
/**
 * A node's outputs are known already, and nothing was computed; they are told as of one that finished.
 */
export interface NodeHit {
  node: string;
  node_type: string;
  memory: number;
  values: {
    [k: string]: unknown;
  };
}
/**
 * A node computed its outputs in `seconds`, and they are stored, where they take `memory` bytes.
 *
 * `values` are the small ones among them by name: numbers, texts, and lists and dicts of them, as JSON.
 */
export interface NodeFinished {
  node: string;
  node_type: string;
  seconds: number;
  memory: number;
  values: {
    [k: string]: unknown;
  };
}
/**
 * An artifact of a node that finished, or was a hit: blake3 hex `digest`, `size` in bytes.
 */
export interface ArtifactSaved {
  node: string;
  digest: string;
  name: string;
  media_type: string;
  size: number;
}
/**
 * Nodes begin to run in a node's place: in `items` bodies, 0 where there is only one.
 *
 * Their ids are paths: `faces[2]/sample` is `sample` in the third body of `faces`.
 */
export interface NodeOpened {
  node: string;
  node_type: string;
  items: number;
}
/**
 * A node failed for the `tries`th time, because of `reason`, and is tried again.
 */
export interface NodeRetried {
  node: string;
  node_type: string;
  tries: number;
  reason: string;
}
/**
 * A node raised; what depends on it is skipped, the rest goes on.
 */
export interface NodeFailed {
  node: string;
  node_type: string;
  error: string;
}
/**
 * A node did not run because `because`, a node before it, failed.
 */
export interface NodeSkipped {
  node: string;
  node_type: string;
  because: string;
}
/**
 * The run is over: `status` is "done", "failed", "cancelled" or "paused".
 */
export interface RunFinished {
  status: string;
  seconds: number;
}
/**
 * A file that a run produced.
 */
export interface ArtifactView {
  /**
   * blake3, 64 hex digits
   */
  digest: string;
  name: string;
  media_type: string;
  size: number;
}
/**
 * A change: who, with what, where from, what, of what, and how it came out.
 */
export interface AuditEntry {
  number: number;
  time: string;
  owner: string;
  /**
   * The id of the token that was shown, if one was.
   */
  token: string;
  address: string;
  /**
   * The `operationId` of the address; `audit_gap`: lines were lost.
   */
  operation: string;
  /**
   * The parts of the path.
   */
  of: {
    [k: string]: string;
  };
  /**
   * The address of what was made.
   */
  made: string;
  /**
   * The status that was answered.
   */
  outcome: number | null;
  /**
   * Of a gap: how many lines could not be written.
   */
  lost: number | null;
}
/**
 * Some lines of the audit log, newest first.
 */
export interface AuditPage {
  entries: AuditEntry[];
  /**
   * Where the next page begins; none on the last.
   */
  cursor: number | null;
}
/**
 * What is to be changed; what is left out, or null, stays as it is, but a null thumbnail goes.
 */
export interface ChangeForm {
  name?: string | null;
  tags?: string[] | null;
  /**
   * A picture among the artifacts or uploads.
   */
  thumbnail?: string | null;
  /**
   * The note of the current version.
   */
  note?: string | null;
}
/**
 * What is wrong with a document; nothing, if `problems` is empty.
 */
export interface CheckView {
  problems: FaultView[];
}
/**
 * One thing that is wrong with a document or a body, with its place and the way out.
 */
export interface FaultView {
  /**
   * A stable word for this kind of fault.
   */
  code: string;
  message: string;
  node: string;
  /**
   * The node's input, or the field of the body, as a path with dots.
   */
  input: string;
  expected: string;
  got: string;
  hint: string;
  definition: string;
}
/**
 * A value that can be chosen.
 */
export interface ChoiceView {
  value: string;
  title: string;
  /**
   * What is known of it, by name.
   */
  details: {
    [k: string]: string | number;
  };
  /**
   * A small picture, as a `data:image/...` address.
   */
  picture: string;
}
/**
 * What there is to choose, in the pack's order. An input takes other values, too.
 */
export interface ChoicesView {
  choices: ChoiceView[];
  /**
   * Whether there are others; a query finds them.
   */
  more: boolean;
}
/**
 * What the copy is called.
 */
export interface CopyForm {
  name?: string | null;
  /**
   * @maxItems 50
   */
  tags?: string[];
}
/**
 * Some deliveries, newest first.
 */
export interface DeliveryPage {
  deliveries: DeliveryView[];
  /**
   * Where the next page begins; none on the last.
   */
  cursor: number | null;
}
/**
 * One message to one address, and what became of it.
 */
export interface DeliveryView {
  /**
   * The message's `webhook-id`, the same at every try.
   */
  id: string;
  /**
   * None: the job's own webhook.
   */
  webhook: string | null;
  job: string;
  type: string;
  url: string;
  state: "waiting" | "delivered" | "dead";
  tries: number;
  /**
   * When it is tried next.
   */
  due: string | null;
  /**
   * What the receiver answered at the last try.
   */
  status: number | null;
  error: string;
  created: string;
  ended: string | null;
}
/**
 * What differs between two versions, in words; nothing where they say the same.
 */
export interface DiffView {
  differences: DifferenceView[];
}
/**
 * One difference between two versions.
 */
export interface DifferenceView {
  code: string;
  message: string;
  node: string;
  input: string;
  before: string;
  after: string;
  definition: string;
}
/**
 * A document.
 */
export interface DocumentView {
  document: {
    [k: string]: unknown;
  };
}
/**
 * Some events of a job, in order.
 */
export interface EventPage {
  events: EventView[];
}
/**
 * One fact about a job. `number` counts within the job, `serial` over all jobs.
 */
export interface EventView {
  serial: number;
  job: string;
  number: number;
  time: string;
  kind: string;
  data: {
    [k: string]: unknown;
  };
}
/**
 * The process answers.
 */
export interface HealthView {
  status: "ok";
}
/**
 * An input that a document declares, or one of a node's.
 */
export interface InputView {
  title: string;
  help: string;
  type: string;
  required: boolean;
  schema: {
    [k: string]: unknown;
  } | null;
  default: {
    [k: string]: unknown;
  };
  /**
   * What kind of file it names, where it names one.
   */
  file: string | null;
  takes_text: boolean;
}
/**
 * A document whose inputs and outputs are asked for.
 */
export interface InterfaceForm {
  /**
   * A workflow, as `latentgraph schema` describes it.
   */
  document: {
    [k: string]: unknown;
  };
  /**
   * Inputs of nodes besides, as `node.input`.
   *
   * @maxItems 1000
   */
  names?: string[];
}
/**
 * The inputs and outputs of a document, as its form shows them.
 */
export interface InterfaceView {
  inputs: {
    [k: string]: InputView;
  };
  outputs: {
    [k: string]: OutputView;
  };
  /**
   * What is wrong with the document, and with `names`.
   */
  problems: FaultView[];
}
/**
 * An output that a document declares.
 */
export interface OutputView {
  title: string;
  type: string;
  artifact: boolean;
  media_type: string;
}
/**
 * Some jobs, newest first.
 */
export interface JobPage {
  jobs: JobSummary[];
  /**
   * Where the next page begins; none on the last.
   */
  cursor: number | null;
  counts: {
    [k: string]: number;
  };
}
/**
 * A job in a list.
 */
export interface JobSummary {
  id: string;
  status: "queued" | "running" | "done" | "failed" | "cancelled";
  name: string;
  owner: string;
  priority: number;
  paused: boolean;
  cancel_asked: boolean;
  attempts: number;
  submitted: string;
  started: string | null;
  finished: string | null;
  device_seconds: number;
  worker: string;
  workflow: string;
  workflow_version: number | null;
  inputs: {
    [k: string]: unknown;
  };
  artifacts: ArtifactView[];
  error: string;
}
/**
 * A job as it stands.
 */
export interface JobView {
  id: string;
  status: "queued" | "running" | "done" | "failed" | "cancelled";
  name: string;
  owner: string;
  priority: number;
  paused: boolean;
  cancel_asked: boolean;
  attempts: number;
  submitted: string;
  started: string | null;
  finished: string | null;
  device_seconds: number;
  worker: string;
  workflow: string;
  workflow_version: number | null;
  inputs: {
    [k: string]: unknown;
  };
  artifacts: ArtifactView[];
  error: string;
  wanted: string[] | null;
  idempotency_key: string | null;
  continue_on_error: boolean;
  /**
   * What it needs, by content.
   *
   * Items: Content by its digest: an upload, a model.
   */
  models: string[];
  /**
   * The outputs of the interface by name: numbers, texts, lists and objects of them as JSON, with `NaN`, `Infinity` and `-Infinity` as texts; an artifact as in `artifacts`; anything else, and what is too large (64 KiB in all, 4,096 items in one), as an object with its `type`.
   */
  outputs: {
    [k: string]: unknown;
  };
  nodes: {
    [k: string]: NodeView;
  };
  /**
   * The number of its last event.
   */
  events: number;
}
/**
 * What became of one node.
 */
export interface NodeView {
  node_type: string;
  status: "hit" | "miss" | "failed" | "skipped" | "cancelled" | "bypassed" | "muted";
  reason: string;
  seconds: number;
  /**
   * Bytes that its outputs take in the store.
   */
  memory: number;
}
/**
 * How an artifact was made.
 */
export interface MakingView {
  /**
   * blake3, 64 hex digits
   */
  artifact: string;
  /**
   * The workflow that was run, with the lock of that run.
   */
  document: {
    [k: string]: unknown;
  };
  /**
   * Its job, inputs, seeds, models, versions and timings.
   */
  about: {
    [k: string]: unknown;
  };
}
/**
 * A place in a document, and the value that is being typed there.
 *
 * The node with those that it is linked to is enough of the document, and it may have problems.
 */
export interface MeasureForm {
  /**
   * A workflow, as `latentgraph schema` describes it.
   */
  document: {
    [k: string]: unknown;
  };
  node: string;
  input: string;
  /**
   * The definition that the node is in; none: the document itself.
   */
  definition?: string;
  /**
   * Left out: the value that the document has there.
   */
  value?: {
    [k: string]: unknown;
  };
}
/**
 * How much of a value there is, and how much fits.
 */
export interface MeasureView {
  count: number;
  /**
   * How much fits; null where there is no bound.
   */
  limit: number | null;
  unit: string;
  /**
   * What is wrong with the value, in sentences.
   */
  problems: string[];
  /**
   * It was measured with something else than what a run will use.
   */
  approximate: boolean;
}
/**
 * Where a waiting job goes; nothing given: last of its owner.
 */
export interface MoveForm {
  /**
   * Right before this one, of the same owner and priority.
   */
  before?: string | null;
  priority?: number | null;
}
/**
 * A new token, with its text, which is told this once.
 */
export interface NewTokenView {
  id: string;
  owner: string;
  name: string;
  scopes: ("view" | "run" | "edit" | "admin")[];
  created: string;
  expires: string | null;
  revoked: string | null;
  /**
   * To about a minute.
   */
  last_used: string | null;
  usable: boolean;
  token: string;
}
/**
 * A standing webhook when it was made.
 */
export interface NewWebhookView {
  id: string;
  owner: string;
  url: string;
  events: ("queued" | "running" | "done" | "failed" | "cancelled")[];
  created: string;
  /**
   * Signs what is sent, `whsec_...`; it is not shown again.
   */
  secret: string;
}
/**
 * Every node type here by `pack/name`, and what is wrong with packs.
 */
export interface NodesView {
  nodes: {
    [k: string]: unknown;
  };
  values: {
    [k: string]: unknown;
  };
  faults: string[];
  /**
   * In which there are texts, beside English.
   */
  languages: string[];
}
/**
 * A document to look at without running it.
 */
export interface PlanForm {
  /**
   * Values by the names of the interface, or `node.input`.
   */
  inputs?: {
    [k: string]: unknown;
  };
  /**
   * The same as one types it: text where the input takes text, JSON elsewhere.
   */
  texts?: {
    [k: string]: string;
  };
  sweep?: SweepForm | null;
  /**
   * Outputs or nodes: only they, and what they need.
   */
  wanted?: string[] | null;
  /**
   * Refuse what the document's lock does not name as it is here.
   */
  strict_lock?: boolean;
  /**
   * A workflow, as `latentgraph schema` describes it.
   */
  document: {
    [k: string]: unknown;
  };
}
/**
 * Run a document for many values: a list for each input, in every combination or side by side.
 */
export interface SweepForm {
  table: {
    [k: string]: unknown[];
  };
  how?: "product" | "zip";
}
/**
 * What would run: every node in running order.
 */
export interface PlanView {
  steps: StepView[];
}
/**
 * What would become of one node, and why.
 */
export interface StepView {
  node: string;
  type: string;
  status: "hit" | "miss" | "unknown" | "bypassed" | "muted";
  reason: string;
  key: string;
}
/**
 * Why a request was not done.
 */
export interface ProblemView {
  /**
   * `urn:latentgraph:problem:` and the code.
   */
  type: string;
  title: string;
  status: number;
  /**
   * A sentence for a person: what went wrong, where, and the way out.
   */
  detail: string;
  /**
   * The request's id, as in the log.
   */
  instance: string;
  /**
   * A stable word for this kind of problem.
   */
  code: string;
  /**
   * Every fault, where there can be several.
   */
  problems: FaultView[];
  [k: string]: unknown;
}
/**
 * What the queue is to do.
 */
export interface QueueForm {
  paused: boolean;
}
/**
 * The queue as a whole.
 */
export interface QueueView {
  paused: boolean;
  counts: {
    [k: string]: number;
  };
  /**
   * In the order of priority and of each owner's line.
   */
  waiting: JobSummary[];
}
/**
 * A file that carries a workflow: JSON, or a picture that was saved with one.
 */
export interface ReadForm {
  /**
   * An upload's reference.
   */
  upload: string;
  /**
   * How the file's name ends, `.png` for example: packs read files by it.
   */
  suffix: string;
}
/**
 * Whether the server takes work, and what its workers do.
 */
export interface ReadyView {
  ready: boolean;
  reason: string;
  workers: WorkerView[];
}
/**
 * A worker process.
 */
export interface WorkerView {
  name: string;
  state: string;
  device: string;
  restarts: number;
  error: string;
}
/**
 * How a run is wanted.
 */
export interface RunForm {
  /**
   * Values by the names of the interface, or `node.input`.
   */
  inputs?: {
    [k: string]: unknown;
  };
  /**
   * The same as one types it: text where the input takes text, JSON elsewhere.
   */
  texts?: {
    [k: string]: string;
  };
  sweep?: SweepForm | null;
  /**
   * Outputs or nodes: only they, and what they need.
   */
  wanted?: string[] | null;
  /**
   * Refuse what the document's lock does not name as it is here.
   */
  strict_lock?: boolean;
  /**
   * Higher goes first.
   */
  priority?: number;
  /**
   * After a failure, go on with what does not depend on it.
   */
  continue_on_error?: boolean;
  /**
   * Asking again with this key gives the same job.
   */
  idempotency_key?: string | null;
  /**
   * An address that is told how the job ended; see docs/webhooks.md.
   */
  webhook?: string | null;
}
/**
 * Some of one's own artifacts, those of the newest jobs first.
 */
export interface SavedPage {
  artifacts: SavedView[];
  /**
   * Where the next page begins; none on the last.
   */
  cursor: string | null;
}
/**
 * An artifact, and the newest job that has it.
 */
export interface SavedView {
  /**
   * blake3, 64 hex digits
   */
  digest: string;
  name: string;
  media_type: string;
  /**
   * Bytes.
   */
  size: number;
  job: string;
  /**
   * When the job was.
   */
  submitted: string;
}
/**
 * A secret that signs webhooks, as the Standard Webhooks specification has it.
 */
export interface SecretView {
  secret: string;
}
/**
 * The server.
 */
export interface ServerView {
  name: "latentgraph";
  version: string;
  limits: {
    [k: string]: number;
  };
}
/**
 * The token that a session is begun with.
 */
export interface SessionForm {
  token: string;
}
/**
 * Who one is.
 */
export interface SessionView {
  /**
   * Empty for the person at this machine.
   */
  owner: string;
  scopes: ("view" | "run" | "edit" | "admin")[];
  /**
   * The id of the token that was shown, if one was.
   */
  token: string;
}
/**
 * A link that shows a workflow to whoever has it.
 */
export interface ShareForm {
  /**
   * Days until it ends.
   */
  days?: number;
  /**
   * This version for good, or whichever is the current one.
   */
  version?: number | "current";
}
/**
 * The links of a workflow, newest first.
 */
export interface ShareList {
  shares: ShareView[];
}
/**
 * A link, as its maker sees it.
 */
export interface ShareView {
  id: string;
  workflow: string;
  version: number | "current";
  created: string;
  expires: string;
  revoked: string | null;
  state: "open" | "expired" | "revoked";
  /**
   * How often the document was read through it.
   */
  opened: number;
  /**
   * The address on this server that needs no token.
   */
  path: string;
}
/**
 * A workflow, as whoever has a link sees it.
 */
export interface SharedView {
  name: string;
  description: string;
  tags: string[];
  version: number;
  updated: string;
  expires: string;
  nodes: number;
  /**
   * The address of its picture.
   */
  thumbnail: string | null;
  document: {
    [k: string]: unknown;
  };
}
/**
 * A document to run.
 */
export interface SubmitForm {
  /**
   * Values by the names of the interface, or `node.input`.
   */
  inputs?: {
    [k: string]: unknown;
  };
  /**
   * The same as one types it: text where the input takes text, JSON elsewhere.
   */
  texts?: {
    [k: string]: string;
  };
  sweep?: SweepForm | null;
  /**
   * Outputs or nodes: only they, and what they need.
   */
  wanted?: string[] | null;
  /**
   * Refuse what the document's lock does not name as it is here.
   */
  strict_lock?: boolean;
  /**
   * Higher goes first.
   */
  priority?: number;
  /**
   * After a failure, go on with what does not depend on it.
   */
  continue_on_error?: boolean;
  /**
   * Asking again with this key gives the same job.
   */
  idempotency_key?: string | null;
  /**
   * An address that is told how the job ended; see docs/webhooks.md.
   */
  webhook?: string | null;
  /**
   * A workflow, as `latentgraph schema` describes it.
   */
  document: {
    [k: string]: unknown;
  };
}
/**
 * An input of a template.
 */
export interface TemplateInput {
  name: string;
  title: string;
  help: string;
}
/**
 * The templates here: of each pack those with a picture first, by name.
 */
export interface TemplateList {
  templates: TemplateSummary[];
}
/**
 * A workflow to begin with.
 */
export interface TemplateSummary {
  id: string;
  name: string;
  description: string;
  /**
   * Whose it is; empty for those of Latent Graph itself.
   */
  pack: string;
  nodes: number;
  inputs: TemplateInput[];
  /**
   * The address of its picture.
   */
  thumbnail: string | null;
}
/**
 * A template with its document.
 */
export interface TemplateView {
  id: string;
  name: string;
  description: string;
  /**
   * Whose it is; empty for those of Latent Graph itself.
   */
  pack: string;
  nodes: number;
  inputs: TemplateInput[];
  /**
   * The address of its picture.
   */
  thumbnail: string | null;
  document: {
    [k: string]: unknown;
  };
}
/**
 * What the packs say in a language: what nodes, inputs, values and categories are called, and help.
 */
export interface TextsView {
  language: string;
  /**
   * By `pack/name`: `title`, `help`, `inputs` and `outputs`, as far as they are there.
   */
  nodes: {
    [k: string]: unknown;
  };
  /**
   * Titles of value types by `pack/word`.
   */
  values: {
    [k: string]: string;
  };
  categories: {
    [k: string]: string;
  };
}
/**
 * A token that is wanted.
 */
export interface TokenForm {
  /**
   * Whose jobs and workflows they are: letters, digits, spaces, and . _ @ + -
   */
  owner: string;
  /**
   * @minItems 1
   * @maxItems 4
   */
  scopes: ["view" | "run" | "edit" | "admin", ...("view" | "run" | "edit" | "admin")[]];
  name?: string;
  /**
   * Days until it ends; without them it has no end.
   */
  days?: number | null;
}
/**
 * A token, without its secret.
 */
export interface TokenView {
  id: string;
  owner: string;
  name: string;
  scopes: ("view" | "run" | "edit" | "admin")[];
  created: string;
  expires: string | null;
  revoked: string | null;
  /**
   * To about a minute.
   */
  last_used: string | null;
  usable: boolean;
}
/**
 * Every token.
 */
export interface TokensView {
  tokens: TokenView[];
}
/**
 * Some of one's own uploads, newest first.
 */
export interface UploadPage {
  uploads: UploadView[];
  /**
   * Where the next page begins; none on the last.
   */
  cursor: number | null;
}
/**
 * A file that was sent.
 */
export interface UploadView {
  /**
   * What documents name the file by.
   */
  reference: string;
  /**
   * blake3, 64 hex digits
   */
  digest: string;
  name: string;
  /**
   * What its content says it is.
   */
  media_type: string;
  /**
   * Bytes.
   */
  size: number;
  /**
   * Pixels, of a picture.
   */
  width: number | null;
  height: number | null;
  /**
   * Whether it was turned upright when it came; `digest` is then not that of what was sent.
   */
  oriented: boolean;
  /**
   * The digest of what was sent.
   */
  source: string;
  created: string;
}
/**
 * A version of a workflow, with its document.
 */
export interface VersionDocumentView {
  number: number;
  /**
   * The document's own name.
   */
  name: string;
  /**
   * Of the document's text.
   */
  digest: string;
  nodes: number;
  author: string;
  time: string;
  note: string;
  document: {
    [k: string]: unknown;
  };
}
/**
 * The next version of a workflow.
 */
export interface VersionForm {
  /**
   * A workflow, as `latentgraph schema` describes it.
   */
  document: {
    [k: string]: unknown;
  };
  note?: string;
}
/**
 * Some versions of a workflow, newest first.
 */
export interface VersionPage {
  versions: VersionView[];
  /**
   * Where the next page begins; none on the last.
   */
  cursor: number | null;
}
/**
 * A version of a workflow.
 */
export interface VersionView {
  number: number;
  /**
   * The document's own name.
   */
  name: string;
  /**
   * Of the document's text.
   */
  digest: string;
  nodes: number;
  author: string;
  time: string;
  note: string;
}
/**
 * An address that is told of all jobs of its owner.
 */
export interface WebhookForm {
  url: string;
  /**
   * The statuses that it is told of.
   *
   * @minItems 1
   * @maxItems 5
   */
  events?: [
    "queued" | "running" | "done" | "failed" | "cancelled",
    ...("queued" | "running" | "done" | "failed" | "cancelled")[]
  ];
}
/**
 * Standing webhooks.
 */
export interface WebhookPage {
  webhooks: WebhookView[];
}
/**
 * A standing webhook.
 */
export interface WebhookView {
  id: string;
  owner: string;
  url: string;
  events: ("queued" | "running" | "done" | "failed" | "cancelled")[];
  created: string;
}
/**
 * A workflow for the library: a document, or a file that carries one.
 */
export interface WorkflowForm {
  document?: {
    [k: string]: unknown;
  } | null;
  /**
   * A JSON file or a picture that carries a workflow, instead of `document`.
   */
  upload?: string | null;
  /**
   * Without it, the document's own.
   */
  name?: string | null;
  /**
   * @maxItems 50
   */
  tags?: string[];
  /**
   * What this version is, for people.
   */
  note?: string;
}
/**
 * Some workflows, the one that was changed last first.
 */
export interface WorkflowPage {
  workflows: WorkflowSummary[];
  /**
   * Where the next page begins; none on the last.
   */
  cursor: number | null;
}
/**
 * A workflow in a list.
 */
export interface WorkflowSummary {
  id: string;
  name: string;
  tags: string[];
  owner: string;
  created: string;
  updated: string;
  /**
   * The number of the current version.
   */
  version: number;
  /**
   * What `If-Match` takes: another one after every change.
   */
  etag: string;
  /**
   * The address of its picture.
   */
  thumbnail: string | null;
  /**
   * Since when it is in the bin.
   */
  deleted: string | null;
}
/**
 * A workflow with its document.
 */
export interface WorkflowView {
  id: string;
  name: string;
  tags: string[];
  owner: string;
  created: string;
  updated: string;
  /**
   * The number of the current version.
   */
  version: number;
  /**
   * What `If-Match` takes: another one after every change.
   */
  etag: string;
  /**
   * The address of its picture.
   */
  thumbnail: string | null;
  /**
   * Since when it is in the bin.
   */
  deleted: string | null;
  document: {
    [k: string]: unknown;
  };
  shown: VersionView;
  /**
   * What does not fit the packs here; null where that was not asked for, or nobody could say just now.
   */
  problems: FaultView[] | null;
}
/**
 * Which jobs.
 */
export interface JobsQuery {
  limit?: number;
  cursor?: number | null;
  /**
   * May be given several times.
   */
  status?: ("queued" | "running" | "done" | "failed" | "cancelled")[];
  /**
   * Jobs of another owner need the scope `admin`.
   */
  owner?: string | null;
  /**
   * Text in ids, names and documents.
   */
  search?: string;
  /**
   * `name:text`: jobs whose input of that name contains the text.
   */
  input?: string[];
  /**
   * Jobs that need this model.
   */
  model?: string | null;
  artifact?: string | null;
  workflow?: string | null;
}
/**
 * From where on.
 */
export interface EventsQuery {
  /**
   * The number of the last event that is known.
   */
  after?: number;
  limit?: number;
}
/**
 * What goes with a job.
 */
export interface DeleteQuery {
  /**
   * Delete its artifacts too, those that no other job has; always where files have a quota.
   */
  artifacts?: boolean;
}
/**
 * How the events of one job are wanted.
 */
export interface EventStreamQuery {
  /**
   * The number of the last event that the client has.
   */
  after?: number;
  /**
   * Seconds between two reports of progress.
   */
  progress_seconds?: number | null;
  /**
   * Seconds between two previews; without it, none.
   */
  preview_seconds?: number | null;
}
/**
 * Which events are wanted, and how.
 */
export interface AllEventsQuery {
  /**
   * The serial of the last event that the client has.
   */
  after?: number | null;
  /**
   * These jobs only; may be given several times.
   *
   * @maxItems 100
   */
  jobs?: string[];
  /**
   * Seconds between two reports of progress.
   */
  progress_seconds?: number | null;
  /**
   * Seconds between two previews; without it, none.
   */
  preview_seconds?: number | null;
  preview_size?: number | null;
}
/**
 * Which preview.
 */
export interface PreviewQuery {
  /**
   * Of this node.
   */
  node?: string | null;
  size?: number | null;
}
/**
 * Which workflows.
 */
export interface WorkflowsQuery {
  limit?: number;
  cursor?: number | null;
  /**
   * Text in names, tags and documents.
   */
  search?: string;
  /**
   * All of these; may be given several times.
   *
   * @maxItems 50
   */
  tag?: string[];
  /**
   * Workflows of another owner need the scope `admin`.
   */
  owner?: string | null;
  /**
   * What was deleted, instead of what is there.
   */
  bin?: boolean;
}
/**
 * Which version, and whether it is looked at.
 */
export interface WorkflowQuery {
  /**
   * Without it, the current one.
   */
  version?: number | null;
  /**
   * Say in `problems` whether it fits the packs here.
   */
  check?: boolean;
}
/**
 * How far it goes.
 */
export interface DeleteWorkflowQuery {
  /**
   * With all versions and links, and not into the bin.
   */
  forever?: boolean;
}
/**
 * What is exported.
 */
export interface ExportQuery {
  version?: number | null;
  /**
   * Write down which packs and models are here; the document must fit them.
   */
  lock?: boolean;
}
/**
 * Which version is run.
 */
export interface RunQuery {
  /**
   * Without it, the current one.
   */
  version?: number | null;
}
/**
 * Which versions.
 */
export interface VersionsQuery {
  limit?: number;
  cursor?: number | null;
}
/**
 * In which language a template is wanted.
 */
export interface TemplateQuery {
  /**
   * Names, titles and help are said in it, as `ko`, where there are words for them.
   */
  language?: string;
}
/**
 * Which artifacts.
 */
export interface SavedQuery {
  limit?: number;
  cursor?: string | null;
  /**
   * One, or `image/*`.
   */
  media_type?: string;
  job?: string | null;
  /**
   * Text in names of files and jobs, and in texts that nodes got.
   */
  search?: string;
}
/**
 * What goes into the file.
 */
export interface ArtifactQuery {
  /**
   * `embed`: the workflow and what is known of its run; `strip`: nothing.
   */
  metadata?: "embed" | "strip";
}
/**
 * How large a small picture is wanted.
 */
export interface ThumbnailQuery {
  /**
   * Pixels on the longer side, at most.
   */
  size?: number;
}
/**
 * Which uploads.
 */
export interface UploadsQuery {
  limit?: number;
  cursor?: number | null;
}
/**
 * Which deliveries.
 */
export interface DeliveriesQuery {
  limit?: number;
  cursor?: number | null;
  state?: ("waiting" | "delivered" | "dead") | null;
  job?: string | null;
}
/**
 * Which lines of the audit log.
 */
export interface AuditQuery {
  limit?: number;
  cursor?: number | null;
}
/**
 * Which choices are wanted.
 */
export interface ChoicesQuery {
  /**
   * Words that must all occur in the value, the title or the details.
   */
  query?: string;
  limit?: number;
}
