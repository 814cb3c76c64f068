export { Unfinished, unfinishedFor } from './copy/new_file.ts'
export {
  type FileProgress,
  type ScrubDocument,
  type ScrubFileOptions,
  scrubFile,
} from './scrub_file.ts'
export { scrubInput } from './scrub_input.ts'
export type { Scrubbed, ScrubOptions, ScrubProgress } from './scrub_options.ts'
export type { ErasedValue, ScrubbedKey, ScrubReport } from './scrub_report.ts'
