export { auditKeys } from './audit/audit.ts'
export { readReceipts } from './audit/lifetimes.ts'
export {
  type AuditAnswer,
  auditDocument,
  auditSarif,
  auditText,
  findingsOf,
  isFound,
  isWhole,
} from './audit/output.ts'
export { findPinned } from './audit/pinned.ts'
export { PROFILES } from './audit/rules.ts'
export { standardRows } from './audit/standards.ts'
export {
  type Alarm,
  type AlarmCode,
  alarmDocument,
  alarmName,
  alarmsOf,
  eventClaims,
  historicalKeys,
} from './history/alarms.ts'
export {
  alarmText,
  answerText,
  keyText,
  proofText,
  type RecordProof,
  recordText,
} from './history/text.ts'
export {
  type Answer as KeyAnswer,
  historiesOf,
  isKey,
  type KeyHistory,
  type Series,
  seriesOf,
  standingAt,
} from './history/timeline.ts'
export { type IssuerOptions, type RunningIssuer, startIssuer } from './issuer/issuer_server.ts'
export { commandIssuer, type IssuerCommand } from './issuer/issuer_state.ts'
export {
  probeDocument,
  probeJunit,
  probeMarkdown,
  probeSarif,
  probeText,
} from './matrix/outputs.ts'
export { openIssuer, type ProbeIssuer } from './probe/probe_issuer.ts'
export { isAccepted, type ProbeReport, parseAllowList, resultOf } from './probe/report.ts'
export { type ProbeOptions, runProbe } from './probe/run_probe.ts'
export { KeyRecord, type RecordContent } from './record/key_record.ts'
export { type Observation, setBack } from './record/observation.ts'
export { observationsOf, type Round, recordEvery, recordOnce } from './record/observations.ts'
export { openWitnesses, readPinnedCheckpoint, witnessedBy } from './record/witnessed.ts'
export { isUrl, parseSource, type Source } from './sources/read_source.ts'
export type { Answer, Target } from './targets/targets.ts'
export {
  bearerTarget,
  confirmOwn,
  type HttpOptions,
  type ImapOptions,
  imapTarget,
  introspectionTarget,
  isLoopback,
  samlTarget,
  type Verify,
  verifyTarget,
} from './targets/targets.ts'
export {
  allVectors,
  chooseVectors,
  FAMILIES,
  type Family,
  namedVectors,
  type Vector,
} from './vectors/catalogue.ts'
export { sharedFactors } from './weak/shared_factors.ts'
export { readBlocklist } from './weak/weak_keys.ts'
