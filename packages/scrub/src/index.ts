export { Unfinished, unfinishedFor } from './copy/new_file.ts'
export {
  type FileProgress,
  type ScrubDocument,
  type ScrubFileOptions,
  scrubFile,
} from './scrub_file.ts'
export { scrubInput } from './scrub_input.ts'
export type {
  ErasedValue,
  Scrubbed,
  ScrubbedKey,
  ScrubOptions,
  ScrubProgress,
  ScrubReport,
} from './scrub_report.ts'
