export { GUARD_SCHEMA, type GuardConfig, parseGuardConfig } from './config/config.ts'
export { FanOut, type FanOutOptions, fanOutTo } from './follow/fan_out.ts'
export {
  type FollowedLedger,
  type FollowerOptions,
  LedgerFollower,
} from './follow/ledger_follower.ts'
export { LiveSet } from './follow/live_set.ts'
export type { Membership } from './follow/live_table.ts'
export {
  DEFAULT_STREAM,
  isNatsUrl,
  type NatsAddress,
  STREAM_NAME,
} from './follow/nats_address.ts'
export { decodePublication, encodePublication, type Publication } from './follow/publication.ts'
export { natsFeed, type PushFeed } from './follow/push_feed.ts'
export { revocationOf } from './follow/revocation.ts'
export { type GuardService, type ServiceOptions, startGuard } from './guard_service.ts'
export type { ExpressLane } from './http/express_lane.ts'
export { type GuardAppDeps, guardApp } from './http/guard_app.ts'
export { SIGNER_SCHEMA, type SignerService, startSigner } from './http/signer_service.ts'
export { warmUp } from './http/warm_up.ts'
export { type Serving, serveGuard, serveSigner } from './serve.ts'
export { EntryRecorder, type RecordEntry, type RecorderOptions } from './sign/entry_recorder.ts'
export { type ExternalKey, type RecordedKeyOptions, recordedKey } from './sign/oidc_key.ts'
export { type Cause, type GateOptions, type Minted, SigningGate } from './sign/signing_gate.ts'
export { type Alarm, type AlarmClass, AlarmDesk, alarmDocument } from './verify/alarms.ts'
export { type Caller, Callers } from './verify/callers.ts'
export { Guard, type GuardOptions } from './verify/guard.ts'
export { KeyFiles, type KeySource } from './verify/key_files.ts'
export { type Algorithm, type KeyOwner, KeyRing, readKeys, type TrustedKey } from './verify/keys.ts'
export type { AudiencePolicy, IssuerPolicy, Mode, WhenStale } from './verify/policies.ts'
export { type Presentation, PresentationLog, presentationLine } from './verify/presentations.ts'
export {
  type Basis,
  type Refusal,
  type Unsettled,
  type Verdict,
  Verifier,
  type VerifierOptions,
} from './verify/verifier.ts'
