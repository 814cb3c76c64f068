/** Reports of a scan as renderings are given them. */
import type { Finding, ScanReport } from '@mintmark/scan'

/** A schedule that was found. */
export function findingOf(more: Partial<Finding> = {}): Finding {
  return {
    file: 'core',
    offset: 4096,
    address: undefined,
    length: 100,
    kind: 'aes',
    encoding: 'aes-schedule-enc',
    bits: 128,
    certainty: 'verified',
    verification: 'schedule expands; goes on at 0x2000',
    note: undefined,
    keyId: undefined,
    owner: undefined,
    copies: 1,
    ...more,
  }
}

export function reportOf(
  findings: ScanReport['findings'],
  more: Partial<ScanReport> = {},
): ScanReport {
  return {
    file: 'core',
    size: 1 << 16,
    container: 'elf-core',
    segments: 3,
    scannedBytes: 1 << 16,
    holeBytes: 0,
    unpackedBytes: 0,
    findings,
    unverified: [],
    protected: [],
    flaws: [],
    limits: [],
    absent: [],
    given: [],
    publicRoots: 0,
    ...more,
  }
}
