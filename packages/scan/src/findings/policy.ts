/** The one policy of classes of findings. */
import type { KeyNote } from '@mintmark/keys/material/key_kind'
import type { Finding } from './finding.ts'

export type FindingClass = 'key' | 'unverified' | 'protected' | 'ignored'

export interface ClassPolicy {
  readonly counts: 'found' | 'lead' | 'nothing'
  readonly level: 'error' | 'warning' | 'note'
}

export const POLICY: Readonly<Record<FindingClass, ClassPolicy>> = {
  key: { counts: 'found', level: 'error' },
  unverified: { counts: 'lead', level: 'warning' },
  protected: { counts: 'nothing', level: 'note' },
  ignored: { counts: 'nothing', level: 'note' },
}

/** A test key is part of its program; a generator's state gives away later draws: it is erased. */
const IGNORED: Readonly<Partial<Record<KeyNote, { readonly isKept: boolean }>>> = {
  'self-test': { isKept: true },
  drbg: { isKept: false },
}

export function classOf({ certainty, note }: Pick<Finding, 'certainty' | 'note'>): FindingClass {
  if (note !== undefined && IGNORED[note] !== undefined) return 'ignored'
  if (certainty === 'protected') return 'protected'
  return certainty === 'verified' ? 'key' : 'unverified'
}

export function countsOf(classes: Iterable<FindingClass>): ClassPolicy['counts'] {
  const all = new Set([...classes].map((each) => POLICY[each].counts))
  if (all.has('found')) return 'found'
  return all.has('lead') ? 'lead' : 'nothing'
}

/** Whether `scrub` leaves a finding where it is, unless published keys are to be erased as well. */
export function isKept({ note }: { readonly note?: KeyNote | undefined }): boolean {
  return note !== undefined && IGNORED[note]?.isKept === true
}
