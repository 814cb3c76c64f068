/**
 * What a case keeps of the scan of a dump: which keys lie there, in which forms, how often. Never their bytes.
 *
 * @module
 */
import type { DumpFile, DumpKey, DumpKeyForm, DumpScan } from '@mintmark/case'
import { isoOf } from '@mintmark/core'

import type { PublicKey } from '@mintmark/keys'
import type { Finding, LimitCode, ScanReport } from '@mintmark/scan'

import { classOf, gapsOf } from '@mintmark/scan/answer'

/** Keys of one dump that are kept; a heap of test keys has more. */
const MOST_KEYS = 1000

/** What the case keeps of a report: proven keys with their public halves, put together. */
export function scanOf(
  { sha256 }: DumpFile,
  given: string,
  report: ScanReport,
  publicKeys: readonly PublicKey[],
): DumpScan {
  const known = new Map(publicKeys.map((key) => [key.keyId.spkiSha256, key]))
  const places = grouped(report.findings, ({ keyId }) => keyId?.spkiSha256 ?? '')
  const unnamed = places.get('')?.filter((each) => isFirst(each) && isKey(each)).length ?? 0
  places.delete('')
  const keys = [...places].slice(0, MOST_KEYS)
  const left = places.size - keys.length
  return {
    sha256,
    // Of no keys: what could not be searched this time is searched again the next time.
    given: report.limits.some(({ code }) => INCOMPLETE.has(code)) ? '' : given,
    container: report.container,
    scannedBytes: report.scannedBytes,
    keys: keys.map(([id, findings]) => keyOf(id, findings, known.get(id))),
    otherKeys: unnamed,
    limits: [
      ...gapsOf(report).map(({ message }) => message),
      ...(left > 0 ? [`${left} more keys than are kept`] : []),
    ],
  }
}

/** Parts of a file were not searched at all, for a reason that may pass. */
const INCOMPLETE: ReadonlySet<LimitCode> = new Set([
  'unreadable',
  'thread-failed',
  'unpack-failed',
  'nothing-unpacked',
])

const isKey = (finding: Finding): boolean => classOf(finding) === 'key'

/** Of a key without an id: whether no place before shows the same key. */
function isFirst({ beginsAt, sameKeyAt }: Finding): boolean {
  return beginsAt === undefined && sameKeyAt === undefined
}

type Group = readonly [Finding, ...Finding[]]

function keyOf(spkiSha256: string, findings: Group, known: PublicKey | undefined): DumpKey {
  const [{ keyId, kind, bits, note }] = findings
  return {
    spkiSha256,
    jwkThumbprint: keyId?.jwkThumbprint ?? '',
    kind,
    bits,
    // What nothing is to be done about says so; a note of anything else is of one place.
    note: findings.every((finding) => classOf(finding) === 'ignored') ? (note ?? '') : '',
    ...namesOf(keyId, known),
    forms: [...grouped(findings, ({ form }) => form)].map(formOf),
  }
}

/** A public key that was given tells more than one that lay in the dump. */
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

function formOf([form, places]: readonly [string, Group]): DumpKeyForm {
  const [{ offset, address, owner, proof }] = places
  return {
    form,
    places: places.length,
    offset,
    address: address ?? null,
    owner: owner === undefined ? null : `${owner.kind} ${owner.name}`,
    proof,
  }
}

/** Findings by a name, in the order in which each name comes first. */
function grouped(
  findings: readonly Finding[],
  nameOf: (finding: Finding) => string,
): Map<string, [Finding, ...Finding[]]> {
  const groups = new Map<string, [Finding, ...Finding[]]>()
  for (const finding of findings) {
    const name = nameOf(finding)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [finding])
    else group.push(finding)
  }
  return groups
}
