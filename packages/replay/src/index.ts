export {
  type ReplayOptions,
  type ReplayProgress,
  type ReplaySummary,
  replayStorm0558,
} from './replay.ts'
