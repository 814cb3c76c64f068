export { type Alarm, type AlarmClass, AlarmDesk, alarmDocument } from './alarms.ts'
export { type Caller, Callers } from './callers.ts'
export { GUARD_SCHEMA, type GuardConfig, parseGuardConfig } from './config.ts'
export { EntryRecorder, type RecordEntry, type RecorderOptions } from './entry_recorder.ts'
export type { ExpressLane } from './express_lane.ts'
export { FanOut, type FanOutOptions } from './fan_out.ts'
export { Guard, type GuardOptions } from './guard.ts'
export { type GuardAppDeps, guardApp } from './guard_app.ts'
export { type GuardService, type ServiceOptions, startGuard } from './guard_service.ts'
export { KeyFiles, type KeySource } from './key_files.ts'
export { type Algorithm, type KeyOwner, KeyRing, readKeys, type TrustedKey } from './keys.ts'
export { type FollowedLedger, type FollowerOptions, LedgerFollower } from './ledger_follower.ts'
export { LiveSet } from './live_set.ts'
export type { Membership } from './live_table.ts'
export {
  DEFAULT_STREAM,
  isNatsUrl,
  type NatsAddress,
  STREAM_NAME,
} from './nats_address.ts'
export { type ExternalKey, type RecordedKeyOptions, recordedKey } from './oidc_key.ts'
export type { AudiencePolicy, IssuerPolicy, Mode, WhenStale } from './policies.ts'
export { type Presentation, PresentationLog, presentationLine } from './presentations.ts'
export { decodePublication, encodePublication, type Publication } from './publication.ts'
export { natsFeed, type PushFeed } from './push_feed.ts'
export { revocationOf } from './revocation.ts'
export { type LedgerWord, type LiveAnswers, liveAnswers, servedLedger } from './served_ledger.ts'
export { SIGNER_SCHEMA, type SignerService, startSigner } from './signer_service.ts'
export { type Cause, type GateOptions, type Minted, SigningGate } from './signing_gate.ts'
export {
  type Basis,
  type Refusal,
  type Unsettled,
  type Verdict,
  Verifier,
  type VerifierOptions,
} from './verifier.ts'
export { warmUp } from './warm_up.ts'
