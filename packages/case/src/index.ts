export {
  type Answer,
  type AnsweredEvidence,
  type AnsweredStatement,
  type AnswerOptions,
  answer,
  answerMarked,
  type Step,
} from './answer/answer.ts'
export {
  type Conclusion,
  type DumpSearch,
  isUnread,
  type Status,
  type Unanswered,
} from './answer/conclusion.ts'
export {
  baseRateText,
  type ConclusionText,
  comparisonText,
  conclusionText,
  dumpsText,
  ignoranceText,
  leadText,
  rateText,
  STATUS_WORDS,
} from './answer/conclusion_text.ts'
export type { Lead } from './answer/leads.ts'
export {
  caseOutcome,
  custodyOutcome,
  huntsOutcome,
  type Outcome,
  selectionOutcome,
  verdictsOutcome,
} from './answer/outcomes.ts'
export { hunt, judge, prepare } from './answer/prepare.ts'
export type { HowToExport, Need } from './doctor/exports.ts'
export {
  exportsWanted,
  keptDaysOf,
  type Lacking,
  type Question,
  questionsOf,
} from './doctor/questions.ts'
export { type FileUnread, type LogSeen, type Survey, survey } from './doctor/survey.ts'
export { type ArtefactAccess, type Custody, type CustodyOptions, custody } from './dumps/custody.ts'
export {
  DUMP_SHAPE,
  type DumpFile,
  type DumpKey,
  type DumpKeyForm,
  type DumpScan,
  dumpFiles,
  dumpName,
  dumpScans,
  KEYS_SHAPE,
  keepScan,
} from './dumps/dump_scans.ts'
export type { FileTouches, Toucher } from './dumps/file_touches.ts'
export { isLeak, type KeyFound, type KeyPlace, keysFound } from './dumps/keys_found.ts'
export { type Query, run } from './engine/query.ts'
export type { InsertFormat, Params, Session } from './engine/session.ts'
export { type Hunt, type HuntClass, type HuntStrength, parseHunt } from './hunts/hunt_file.ts'
export { type HuntSelection, huntList } from './hunts/hunt_list.ts'
export type { HuntParam } from './hunts/hunt_param.ts'
export { type HuntOptions, type HuntResult, type HuntRow, runHunts } from './hunts/run_hunts.ts'
export { type HuntTrial, tryHunt } from './hunts/try_hunt.ts'
export {
  type IngestOptions,
  type IngestProgress,
  type IngestReport,
  ingest,
} from './ingest/ingest.ts'
export type { Judged } from './scope/accesses_judged.ts'
export { type AccountAddress, accountAddresses } from './scope/account_addresses.ts'
export {
  type Indicator,
  type IndicatorKind,
  type IndicatorList,
  type IndicatorReject,
  readIndicators,
} from './scope/indicators.ts'
export type { AccessLoss } from './scope/lost_accesses.ts'
export {
  addMark,
  MARK_KINDS,
  type Mark,
  type MarkKind,
  type MarkParty,
  markHistory,
  marks,
  type NewMark,
} from './scope/marks.ts'
export type { Bounds, PartScope } from './scope/parts.ts'
export type { PointedByStrength, PointedCounts } from './scope/pointed_counts.ts'
export type { UnboundedCode } from './scope/reasons.ts'
export { type AccountScope, type ClassScope, type Scope, scope } from './scope/scope.ts'
export { select } from './scope/select.ts'
export type { Selected } from './scope/selected.ts'
export type { Selection } from './scope/selection.ts'
export {
  type CoverageBand,
  type Horizon,
  type Phase,
  type Timeline,
  timeline,
} from './scope/timeline.ts'
export { type Case, type OpenOptions, openCase } from './store/case.ts'
export { type CaseName, caseAddresses, caseNames } from './store/case_names.ts'
export {
  type EvidenceRow,
  type EvidenceStatement,
  evidenceRows,
  type RejectReason,
  UNREADABLE,
} from './store/evidence_rows.ts'
export { readMeta, writeMeta } from './store/meta.ts'
export { NO_ID } from './store/no_id.ts'
export { ACCESS_COLUMNS, ISSUANCE_COLUMNS, SCHEMA_VERSION, TABLES } from './store/schema.ts'
export { createTables } from './store/tables.ts'
export { type Unknown, unknowns } from './unknowns/unknowns.ts'
export type { Comparable, ComparableBasis, Rate } from './verdicts/comparable.ts'
export {
  buildCoverage,
  type CoverageSpan,
  coverageReport,
} from './verdicts/losses/coverage.ts'
export { type Loss, type LossCode, lossesOf } from './verdicts/losses/losses.ts'
export { REASONS, type Strength } from './verdicts/match/reasons.ts'
export { type ReconcileOptions, type ReconcileReport, reconcile } from './verdicts/reconcile.ts'
export { type Conflict, conflicts, evidenceMark, type SealReport, seal } from './verdicts/seal.ts'
export {
  judgeSessions,
  type OutcomeCounts,
  outcomeCounts,
  type SessionVerdict,
  type TokenVerdict,
  tokenVerdicts,
  type VerdictCounts,
  verdictsCsv,
} from './verdicts/verdict_rows.ts'
export {
  type AccessDetail,
  type AccessPage,
  accessDetails,
  accessPage,
  type ListedAccess,
} from './views/access_list.ts'
export { eventRows } from './views/event_rows.ts'
export { type Focus, focusOn, isNarrow } from './views/focus.ts'
export { hitsWithin } from './views/hits_within.ts'
export { type Lineage, lineage, sessionsOf, tokensOf } from './views/lineage.ts'
export { messageRows } from './views/message_rows.ts'
export { type RejectRow, rejectPage, rejectRows } from './views/reject_page.ts'
export { type Sighted, sightedAccounts } from './views/sighted.ts'
export { type Band, type TimeBins, timeBins } from './views/time_bins.ts'
export { timelineRows } from './views/timeline_rows.ts'
export { type TokenUse, type TokenUses, tokenUses } from './views/token_uses.ts'
export type { RawRow } from './why/raw_row.ts'
export type { ReasonText } from './why/reason_texts.ts'
export { type Explained, explain, type IssuanceSeen, type LogLooked, type Why } from './why/why.ts'
