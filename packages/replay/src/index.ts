export { replayStorm0558 } from './replay.ts'
