export { differences, type Outcome, outcomeOf } from './live/compare.ts'
export type { Forgery } from './live/forger.ts'
export { type LiveRun, replayLive } from './live/live.ts'
