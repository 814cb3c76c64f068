import type { Key } from '@mintmark/keys/material/key'
import type { Match } from '../src/anchors/match.ts'

/** A hit with the facts of its key beside its own, as tests compare them. */
export type KeyHit = Match & Key

export const withKey = (hit: Match): KeyHit => ({ ...hit.key, ...hit })
