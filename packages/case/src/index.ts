export { type Judged, judgedCounts, unjudged } from './accesses_judged.ts'
export { type AccountAddress, accountAddresses } from './account_addresses.ts'
export {
  type Answer,
  type AnsweredEvidence,
  type AnsweredStatement,
  type AnswerOptions,
  answer,
  answerMarked,
  type Step,
} from './answer.ts'
export { type Case, type OpenOptions, openCase } from './case.ts'
export { type CaseName, caseAddresses, caseNames } from './case_names.ts'
export type { Comparable, ComparableBasis, Rate } from './comparable.ts'
export {
  type Conclusion,
  conclude,
  type DumpSearch,
  isPointedAt,
  isUnread,
  type Status,
  type Unanswered,
} from './conclusion.ts'
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
} from './conclusion_text.ts'
export {
  buildCoverage,
  type CoverageSpan,
  categoriesSupplied,
  coverageReport,
} from './coverage.ts'
export { type ArtefactAccess, type Custody, type CustodyOptions, custody } from './custody.ts'
export {
  type AccessDetail,
  type AccessPage,
  accessDetails,
  accessPage,
  type ListedAccess,
} from './desk/access_list.ts'
export { type Focus, focusOn, isNarrow } from './desk/focus.ts'
export { hitsWithin } from './desk/hits_within.ts'
export { type Lineage, lineage, sessionsOf, tokensOf } from './desk/lineage.ts'
export { type RejectRow, rejectPage } from './desk/reject_page.ts'
export { type Band, type TimeBins, timeBins } from './desk/time_bins.ts'
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
} from './dump_scans.ts'
export { eventRows } from './event_rows.ts'
export {
  type EvidenceRow,
  type EvidenceStatement,
  evidenceRows,
  type RejectReason,
  UNREADABLE,
} from './evidence_rows.ts'
export type { FileTouches, Toucher } from './file_touches.ts'
export { type Hunt, type HuntClass, type HuntStrength, parseHunt } from './hunts/hunt_file.ts'
export { type HuntSelection, huntList } from './hunts/hunt_list.ts'
export type { HuntParam } from './hunts/hunt_param.ts'
export { type HuntOptions, type HuntResult, type HuntRow, runHunts } from './hunts/run_hunts.ts'
export { type HuntTrial, tryHunt } from './hunts/try_hunt.ts'
export {
  type Indicator,
  type IndicatorKind,
  type IndicatorList,
  type IndicatorReject,
  readIndicators,
} from './indicators.ts'
export {
  type IngestOptions,
  type IngestProgress,
  type IngestReport,
  ingest,
} from './ingest/ingest.ts'
export { isLeak, type KeyFound, type KeyPlace, keysFound } from './keys_found.ts'
export type { Lead } from './leads.ts'
export { type TokenUse, type TokenUses, tokenUses } from './lineage.ts'
export { type Loss, type LossCode, lossesOf } from './losses.ts'
export {
  addMark,
  MARK_KINDS,
  type Mark,
  type MarkKind,
  type MarkParty,
  markConditions,
  markHistory,
  marks,
  type NewMark,
} from './marks.ts'
export { messageRows } from './message_rows.ts'
export { readMeta, writeMeta } from './meta.ts'
export { NO_ID } from './no_id.ts'
export { type PointedByStrength, type PointedCounts, pointedCounts } from './pointed_counts.ts'
export { hunt, judge, prepare } from './prepare.ts'
export { type Query, run } from './query.ts'
export { REASONS, type Strength } from './reconcile/reasons.ts'
export { type ReconcileOptions, type ReconcileReport, reconcile } from './reconcile/reconcile.ts'
export {
  judgeSessions,
  type OutcomeCounts,
  outcomeCounts,
  type SessionVerdict,
  type TokenVerdict,
  tokenVerdicts,
  type VerdictCounts,
  verdictsCsv,
} from './reconcile/verdict_rows.ts'
export { ACCESS_COLUMNS, ISSUANCE_COLUMNS, SCHEMA_VERSION, TABLES } from './schema.ts'
export type { AccessLoss } from './scope/lost_accesses.ts'
export type { Bounds, PartScope } from './scope/parts.ts'
export type { UnboundedCode } from './scope/reasons.ts'
export { type AccountScope, type ClassScope, type Scope, scope } from './scope/scope.ts'
export { select } from './scope/select.ts'
export type { Selected } from './scope/selected.ts'
export { type Conflict, conflicts, evidenceMark, type SealReport, seal } from './seal.ts'
export type { Selection } from './selection.ts'
export type { InsertFormat, Params, Session } from './session.ts'
export { type Sighted, sightedAccounts } from './sighted.ts'
export { createTables } from './tables.ts'
export { type CoverageBand, type Horizon, type Phase, type Timeline, timeline } from './timeline.ts'
export { timelineRows } from './timeline_rows.ts'
export { type Unknown, unknowns } from './unknowns.ts'
