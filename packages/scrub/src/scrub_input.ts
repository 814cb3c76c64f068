/**
 * Finds all of private keys in a dump: scans, searches every value in every spelling, and scans the
 * erased result with `deep`. Writes nothing.
 */
import { openDump } from '@mintmark/dump'
import { dataOf, openInput, type ScanInput } from '@mintmark/scan/memory/scan_input'
import type { ScanReport } from '@mintmark/scan/report/report'
import { type ScanOptions, scanInput } from '@mintmark/scan/scan_bytes'
import { isCut, type VerificationScans } from './evidence.ts'
import { Scrub } from './scrub.ts'
import type { Scrubbed, ScrubOptions } from './scrub_report.ts'
import { verifyScrub } from './verify_scrub.ts'

/** The second round finds what only a deep scan sees; more are rarely needed. */
const MOST_ROUNDS = 5

/**
 * Which bytes to erase. Takes a scan's memory and 150 MB; wipes keys before it returns, but for big
 * integers. @throws {MintmarkError} `INPUT_UNREADABLE`
 */
export async function scrubInput(
  input: ScanInput,
  name: string,
  options: ScrubOptions = {},
): Promise<Scrubbed> {
  const source = openInput(input)
  try {
    const dump = openDump(source)
    const data = dataOf(input, source.size)
    const scrub = new Scrub({ name, dump, source, data, options })
    try {
      return await scrubbed(input, scrub, options)
    } finally {
      scrub.wipe()
    }
  } finally {
    source.close()
  }
}

async function scrubbed(input: ScanInput, scrub: Scrub, options: ScrubOptions): Promise<Scrubbed> {
  const scan = (scanned: ScanInput, how: ScanOptions): Promise<ScanReport> => {
    const { publicKeys, threads, onProgress } = options
    const step = scanned === input ? 'searching' : 'verifying'
    return scanInput(scanned, scrub.task.name, {
      // Packed data is searched as in a scan, which would otherwise find keys in the output.
      opensPacked: true,
      ...(publicKeys && { publicKeys }),
      ...(threads !== undefined && { threads }),
      ...how,
      settled: scrub.settled(),
      onMaterial: (found) => scrub.learn(found),
      onProgress: (progress) => onProgress?.({ step, ...progress }),
    })
  }
  const view = (): ScanInput => ({ kind: 'erased', input, erased: scrub.erased })
  const scans = async (): Promise<Omit<VerificationScans, 'deepScans'>> => {
    const report = await scan(view(), { deep: true })
    if (scrub.isLeft(report) || !isCut(report)) return { report, given: undefined }
    return { report, given: await scanForGiven(scrub, (how) => scan(view(), how)) }
  }
  const first = await scan(input, {})
  if (!scrub.isTooMuch()) await scrub.eraseWhat(first)
  if (scrub.isTooMuch()) {
    return await verifyScrub(scrub, view(), { report: first, given: undefined, deepScans: 0 })
  }
  let last = await scans()
  let deepScans = 1
  for (let left = scrub.leftOf(last); left !== undefined; left = scrub.leftOf(last)) {
    if (scrub.isTooMuch() || deepScans === MOST_ROUNDS) break
    // oxlint-disable-next-line no-await-in-loop -- each round examines what the one before left
    if (!(await scrub.eraseWhat(left)) || scrub.isTooMuch()) break
    // oxlint-disable-next-line no-await-in-loop -- as above
    last = await scans()
    deepScans++
  }
  return await verifyScrub(scrub, view(), { ...last, deepScans })
}

/** Given keys not found again, which goes further; if still cut short, at the usual offsets. */
async function scanForGiven(
  scrub: Scrub,
  scan: (how: ScanOptions) => Promise<ScanReport>,
): Promise<ScanReport | undefined> {
  const publicKeys = scrub.missingKeys()
  if (publicKeys.length === 0) return undefined
  const deep = await scan({ publicKeys, isGivenOnly: true, deep: true })
  return isCut(deep) ? await scan({ publicKeys, isGivenOnly: true }) : deep
}
