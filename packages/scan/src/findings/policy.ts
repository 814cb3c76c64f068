/** The one policy of classes of findings. */
import type { KeyNote } from '@mintmark/keys/material/key_kind'
import type { Finding } from './finding.ts'

export type FindingClass = 'key' | 'candidate' | 'protected' | 'ignored'

/** What follows from a class. */
export interface ClassPolicy {
  readonly counts: 'found' | 'lead' | 'nothing'
  /** In SARIF. */
  readonly level: 'error' | 'warning' | 'note'
}

export const POLICY: Readonly<Record<FindingClass, ClassPolicy>> = {
  key: { counts: 'found', level: 'error' },
  candidate: { counts: 'lead', level: 'warning' },
  protected: { counts: 'nothing', level: 'note' },
  ignored: { counts: 'nothing', level: 'note' },
}

/**
 * Notes by which a key is ignored, and whether `scrub` leaves it where it is. A test key is part of its program and known to
 * everybody; the state of a generator gives away what it draws next, so that it is erased like any key.
 */
const IGNORED: Readonly<Partial<Record<KeyNote, { readonly isKept: boolean }>>> = {
  'self-test': { isKept: true },
  drbg: { isKept: false },
}

/** The class of a finding. */
export function classOf({ certainty, note }: Pick<Finding, 'certainty' | 'note'>): FindingClass {
  if (note !== undefined && IGNORED[note] !== undefined) return 'ignored'
  if (certainty === 'lesser') return 'protected'
  return certainty === 'proven' ? 'key' : 'candidate'
}

/** The result of findings of these classes: found wins over leads. */
export function countsOf(classes: Iterable<FindingClass>): ClassPolicy['counts'] {
  const all = new Set([...classes].map((each) => POLICY[each].counts))
  if (all.has('found')) return 'found'
  return all.has('lead') ? 'lead' : 'nothing'
}

/** Whether `scrub` leaves a finding where it is, unless published keys are to be erased as well. */
export function isKept({ note }: { readonly note?: KeyNote | undefined }): boolean {
  return note !== undefined && IGNORED[note]?.isKept === true
}
