/** The one ledger of completeness: a record for everything not searched to its end. */
import type { ErrorFacts } from '@mintmark/core'
import type { Flaw } from '@mintmark/dump'
import type { ScanReport } from './report.ts'
import type { LimitCode } from './scan_limits.ts'

/** - `not-read`: a file or folder that could not be read, or was left out. */
export type GapCode = LimitCode | DumpGap | 'not-read'

/** Damage that may hide memory or addresses. Without names, all of it is still searched. */
type DumpGap = Exclude<Flaw['code'], 'names-damaged'>

export interface Gap {
  readonly file: string
  readonly code: GapCode
  /** What was not searched, and why. */
  readonly message: string
  /** What to do about it. */
  readonly remedy: string
  readonly facts: ErrorFacts
}

export interface Unread {
  readonly path: string
  readonly reason: string
}

export interface ScannedFiles {
  readonly reports: readonly Pick<ScanReport, 'file' | 'limits' | 'flaws'>[]
  readonly unreadable: readonly Unread[]
}

const REPORT_IT = 'report it as a bug, with the encoding that is named'
const MAKE_AGAIN = 'make the dump again, whole: what is missing is in no file'
const CHECK_DUMP = 'make the dump again, or search for given keys with --deep --public-key'
const GO_DEEPER = 'search again with --deep'

/** What to do, by code: a code without an entry does not compile. */
const REMEDIES: Readonly<Record<GapCode, string>> = {
  'anchor-flood': GO_DEEPER,
  'search-cut': GO_DEEPER,
  'detector-failed': REPORT_IT,
  unreadable: 'copy the file to another disk, and search the copy',
  'thread-failed': 'search again, with more memory free',
  'many-keys': 'give the keys that matter with --public-key',
  'many-hits': 'search parts of the file, or give the keys that matter with --public-key',
  'not-unpacked': 'unpack it, and search what comes out',
  'unpack-failed': 'get the file again, whole',
  'nothing-unpacked': 'get the file again, whole',
  'packed-unsearched': 'unpack it, and search what comes out',
  changed: 'search it again once nobody writes to it',
  'segment-cut': MAKE_AGAIN,
  'header-damaged': CHECK_DUMP,
  'stream-damaged': CHECK_DUMP,
  'table-cut': CHECK_DUMP,
  'not-understood': CHECK_DUMP,
  'not-read': 'make it readable, or leave it out',
}

export const GAP_CODES: readonly GapCode[] = Object.keys(REMEDIES).filter(isGapCode)

function isGapCode(code: string): code is GapCode {
  return code in REMEDIES
}

export function gapsOf({ file, limits, flaws }: ScannedFiles['reports'][number]): readonly Gap[] {
  return [...limits, ...flaws].flatMap(({ code, message, facts }) =>
    code === 'names-damaged' ? [] : [{ file, code, message, remedy: REMEDIES[code], facts }],
  )
}

/** The ledger of a question: in order of its files, what was not read first. */
export function completenessOf({ reports, unreadable }: ScannedFiles): readonly Gap[] {
  return [
    ...unreadable.map(({ path, reason }): Gap => {
      return {
        file: path,
        code: 'not-read',
        message: reason,
        remedy: REMEDIES['not-read'],
        facts: {},
      }
    }),
    ...reports.flatMap((report) => gapsOf(report)),
  ]
}
