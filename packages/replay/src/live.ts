export { type AccountTale, differences, type Tale, taleOf } from './live/compare.ts'
export type { Forgery } from './live/forger.ts'
export { type LiveOptions, type LiveRun, RUNS, type RunName, replayLive } from './live/live.ts'
