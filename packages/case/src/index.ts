export {
  type Answer,
  type AnsweredEvidence,
  type AnswerOptions,
  answer,
  answerAtOnce,
  answerMarked,
  finishedAnswer,
} from './answer/answer.ts'
export {
  baseRateText,
  type ConclusionText,
  conclusionText,
  dumpsText,
  leadText,
} from './answer/conclusion_text.ts'
export {
  caseOutcome,
  custodyOutcome,
  huntsOutcome,
  type Outcome,
  pointedOutcome,
  selectionOutcome,
  verdictOutcome,
  verdictsOutcome,
} from './answer/outcomes.ts'
export { hunt, huntOnce, prepare, sealAndReconcile } from './answer/prepare.ts'
export type { ChainLink, KeyChain, LinkEvidence } from './chain/key_chains.ts'
export {
  type FactSource,
  type KeyTrust,
  keepTrustFacts,
  type ProbedVerifier,
  type SignedToken,
  TRUST_SHAPES,
  type TrustEnd,
  type TrustFacts,
  trustFacts,
} from './chain/trust_facts.ts'
export {
  exportsWanted,
  type HowToExport,
  keptDaysOf,
  type Lacking,
  type Need,
  type Question,
  questionsOf,
} from './doctor/questions.ts'
export { type FileUnread, type LogSeen, type Survey, survey } from './doctor/survey.ts'
export { type Custody, custody } from './dumps/custody.ts'
export {
  DUMP_SHAPE,
  type DumpFile,
  type DumpKey,
  type DumpKeyEncoding,
  type DumpScan,
  dumpFiles,
  dumpName,
  dumpScans,
  KEYS_SHAPE,
  keepScan,
} from './dumps/dump_scans.ts'
export { type FileUse, type FileUser, isLeak, type KeyFound } from './dumps/keys_found.ts'
export type { Session } from './engine/session.ts'
export { background, isMoved } from './engine/session_through.ts'
export { type Hunt, parseHunt } from './hunts/hunt_file.ts'
export { huntList } from './hunts/hunt_list.ts'
export { type HuntResult, type HuntRow, runHunts, tryHunt } from './hunts/run_hunts.ts'
export { ingest } from './ingest/ingest.ts'
export {
  type Concern,
  concerning,
  everybody,
  type Identities,
  type Whom,
  whomOf,
} from './scope/concern.ts'
export { type Indicator, readIndicators } from './scope/indicators.ts'
export {
  addMarks,
  addNote,
  MARK_KINDS,
  type Mark,
  type MarkAction,
  type MarkKind,
  type MarkParty,
  type MarkWord,
  markHistory,
  markSelected,
  marks,
  marksMark,
  markTimes,
  type NewMarks,
  type NewNote,
  NOTE_KINDS,
  type Note,
  type NoteKind,
  notes,
  noteValue,
  withdrawMarks,
} from './scope/marks.ts'
export type { Bounds, PartScope } from './scope/parts.ts'
export { type AccountScope, type Scope, scope } from './scope/scope.ts'
export { remark, select } from './scope/select.ts'
export type { Selected } from './scope/selected.ts'
export type { Selection } from './scope/selection.ts'
export { markSimilar, type Similar, similar, TRAITS, type Trait } from './scope/similar.ts'
export { type Timeline, timeline } from './scope/timeline.ts'
export { type Case, openCase } from './store/case.ts'
export { caseAddresses, caseNames } from './store/case_names.ts'
export { type EvidenceRow, evidenceRows, UNREADABLE } from './store/evidence_rows.ts'
export { readMeta, writeMeta } from './store/meta.ts'
export { FILE_UNKNOWNS } from './unknowns/from_files.ts'
export { unknowns, unknownsConcerning } from './unknowns/unknowns.ts'
export type { Unknown } from './unknowns/wording.ts'
export { buildCoverage, type CoverageSpan, coverageReport } from './verdicts/losses/coverage.ts'
export { REASONS, type ReasonText, type Strength } from './verdicts/match/reasons.ts'
export { reconcile } from './verdicts/reconcile.ts'
export { seal } from './verdicts/seal.ts'
export {
  outcomeCounts,
  type SessionVerdict,
  sessionVerdicts,
  type TokenVerdict,
  tokenVerdicts,
  type VerdictCounts,
  verdictsCsv,
} from './verdicts/verdict_rows.ts'
export { type CoveredLog, coverageIn } from './views/coverage_in.ts'
export { eventRows, messageRows, timelineRows } from './views/export_rows.ts'
export { type Focus, focusOn } from './views/focus.ts'
export {
  ACCESS_COLUMNS,
  type AccessDetail,
  type AccessPage,
  accessDetails,
  accessPage,
  HIT_COLUMNS,
  hitPage,
  hitsWithin,
  type ListedAccess,
  type ListQuery,
  REJECT_COLUMNS,
  type RejectRow,
  rejectPage,
  rejectRows,
} from './views/lists.ts'
export { type Found, search, soughtText } from './views/search.ts'
export {
  type AccountAddress,
  accountAddresses,
  type Sighted,
  sightedAccounts,
} from './views/stix_sightings.ts'
export { type Segment, type TimeBins, timeBins } from './views/time_bins.ts'
export {
  type Lineage,
  lineage,
  sessionsOf,
  type TokenUse,
  type TokenUses,
  tokensOf,
  tokenUses,
} from './views/tokens.ts'
export type { RawRow } from './why/raw_row.ts'
export { type Explained, explain, type IssuanceSeen, type LogLooked, type Why } from './why/why.ts'
