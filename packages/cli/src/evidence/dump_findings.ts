/** What a case stores of a scan: which keys, in which encodings, how often. Never their bytes. */
import type { DumpFile, DumpKey, DumpKeyEncoding, DumpScan } from '@mintmark/case'
import { isoOf } from '@mintmark/core'
import type { PublicKey } from '@mintmark/keys'
import type { Finding, LimitCode, ScanReport } from '@mintmark/scan'
import { classOf, gapsOf } from '@mintmark/scan/answer'
import { type Group, grouped } from '../render/grouped.ts'

const MOST_KEYS = 1000

export function scanOf(
  { sha256 }: DumpFile,
  given: string,
  report: ScanReport,
  publicKeys: readonly PublicKey[],
): DumpScan {
  const known = new Map(publicKeys.map((key) => [key.keyId.spkiSha256, key]))
  const byKey = grouped(report.findings, ({ keyId }) => keyId?.spkiSha256 ?? '')
  const unnamed = byKey.get('')?.filter((each) => isFirst(each) && isKey(each)).length ?? 0
  byKey.delete('')
  const keys = [...byKey].slice(0, MOST_KEYS)
  const left = byKey.size - keys.length
  return {
    sha256,
    // Empty: a dump that was not searched as a whole is searched again the next time.
    given: report.limits.some(({ code }) => INCOMPLETE.has(code)) ? '' : given,
    container: report.container,
    scannedBytes: report.scannedBytes,
    keys: keys.map(([id, findings]) => keyOf(id, findings, known.get(id))),
    otherKeys: unnamed,
    limits: [
      ...gapsOf(report).map(({ message }) => message),
      ...(left > 0 ? [`${left} more keys than are stored`] : []),
    ],
  }
}

const INCOMPLETE: ReadonlySet<LimitCode> = new Set([
  'unreadable',
  'thread-failed',
  'unpack-failed',
  'nothing-unpacked',
])

const isKey = (finding: Finding): boolean => classOf(finding) === 'key'

const isFirst = ({ beginsAt, sameKeyAt }: Finding): boolean =>
  beginsAt === undefined && sameKeyAt === undefined

function keyOf(
  spkiSha256: string,
  findings: Group<Finding>,
  known: PublicKey | undefined,
): DumpKey {
  const [{ keyId, kind, bits, note }] = findings
  return {
    spkiSha256,
    jwkThumbprint: keyId?.jwkThumbprint ?? '',
    kind,
    bits,
    note: findings.every((finding) => classOf(finding) === 'ignored') ? (note ?? '') : '',
    ...namesOf(keyId, known),
    encodings: [...grouped(findings, ({ encoding }) => encoding)].map(encodingOf),
  }
}

function namesOf(
  keyId: Finding['keyId'],
  known: PublicKey | undefined,
): Pick<DumpKey, 'kid' | 'subject' | 'notAfter'> {
  const { kid = keyId?.kid, subject = keyId?.subject, notAfterMs } = known ?? {}
  return {
    kid: kid ?? '',
    subject: subject ?? '',
    notAfter: notAfterMs === undefined ? null : isoOf(notAfterMs),
  }
}

function encodingOf([encoding, findings]: readonly [string, Group<Finding>]): DumpKeyEncoding {
  const [{ offset, address, owner, verification }] = findings
  return {
    encoding,
    locations: findings.length,
    offset,
    address: address ?? null,
    owner: owner === undefined ? null : `${owner.kind} ${owner.name}`,
    verification,
  }
}
