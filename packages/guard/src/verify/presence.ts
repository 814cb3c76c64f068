/**
 * Whether a token is recorded, in bounded time. Its entry is acknowledged before its release: so a
 * ledger round begun after presentation decides, with the ledger's signed answer about unpublished
 * entries. Plain files may be late: only a later token in them shows absence. For expired tokens,
 * all that was recorded when asked has to be read.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LedgerAnswer, Recorded } from '@mintmark/ledger/http'
import type { LedgerFollower } from '../follow/ledger_follower.ts'
import type { Membership } from '../follow/live_set.ts'

export type Presence =
  | { readonly state: 'recorded' | 'revoked' }
  /** `isMutated`: the id is recorded, with other bytes. */
  | { readonly state: 'absent'; readonly isMutated: boolean }
  /** `cannot-tell`: not read to its end. `unpublished`: perhaps late. `forgotten`: never shown. */
  | { readonly state: 'cannot-tell' | 'unpublished' | 'forgotten' }

interface Asked {
  readonly issuer: string
  readonly id: Uint8Array
  readonly inputHash: Uint8Array
  /** By its own word, or when it was presented, if that is earlier. */
  readonly issuedAtMs: number
  /** The ledger may have forgotten it, although its entry is not published yet. */
  readonly isOver: boolean
}

export type Followed = Pick<
  LedgerFollower,
  'find' | 'ask' | 'hasRead' | 'covers' | 'refresh' | 'ageMs'
>

const ROUND_PATIENCE_MS = 1000
const PATIENCE_MS = 3000
/** Between lookups of an entry that the ledger has acknowledged and not published yet. */
const PUBLISH_WAIT_MS = 10

/** @param waitMs between two lookups, if the ledger itself gives no answer */
export async function presenceOf(
  follower: Followed,
  asked: Asked,
  waitMs: number,
): Promise<Presence> {
  const { issuer, id, inputHash } = asked
  const lookUp = () => follower.find(issuer, id, inputHash)
  const first = known(lookUp())
  if (first !== undefined) return first
  const beganMs = performance.now()
  let isSecond = false
  let upTo: Recorded | undefined
  let outcome: Presence = { state: 'cannot-tell' }
  while (performance.now() - beganMs < PATIENCE_MS) {
    /* oxlint-disable no-await-in-loop -- one lookup after the other */
    const lookedMs = performance.now()
    const [answer] = await Promise.all([follower.ask(issuer, id, inputHash), refreshed(follower)])
    const word = answer.state
    upTo ??= answer.recorded
    const found = lookUp()
    const settled = known(found)
    if (settled !== undefined) return settled
    const isRead = follower.ageMs < performance.now() - lookedMs
    const isBehind = !hasRead(follower, asked, upTo)
    const isWhole = isRead && !isBehind
    const absent = absentBy(word, found)
    if (isWhole && isNo(word)) return absent
    const isCovered = isWhole && follower.covers(issuer, asked.issuedAtMs)
    outcome = isCovered ? absent : undecidedBy(word, isRead)
    if (isSecond && (!isRead || NO_WORD.has(word))) break
    await sleep(word === 'recorded' || isBehind ? PUBLISH_WAIT_MS : waitMs)
    isSecond = true
    /* oxlint-enable no-await-in-loop */
  }
  return outcome
}

const absentBy = (word: LedgerAnswer['state'], found: Membership): Presence => ({
  state: 'absent',
  isMutated: found === 'mutated' || word === 'other',
})

const undecidedBy = (word: LedgerAnswer['state'], isRead: boolean): Presence => ({
  state: isRead && word === 'no-answer' ? 'unpublished' : 'cannot-tell',
})

const hasRead = (
  follower: Followed,
  { issuer, isOver }: Asked,
  upTo: Recorded | undefined,
): boolean => !isOver || upTo === undefined || follower.hasRead(issuer, upTo)

const NO_WORD: ReadonlySet<LedgerAnswer['state']> = new Set(['no-answer', 'failed'])

const isNo = (word: LedgerAnswer['state']) => word === 'unknown' || word === 'other'

function known(membership: Membership): Presence | undefined {
  if (membership === 'live') return { state: 'recorded' }
  return membership === 'revoked' ? { state: 'revoked' } : undefined
}

async function refreshed(follower: Followed): Promise<void> {
  const waiting = new AbortController()
  const { signal } = waiting
  const waited = sleep(ROUND_PATIENCE_MS, undefined, { signal }).catch(() => undefined)
  await Promise.race([follower.refresh(), waited])
  waiting.abort()
}
