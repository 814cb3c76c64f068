import type { Verification } from '@mintmark/keys/material/verification'
import type { Match } from '../src/anchors/match.ts'

/** A hit with the facts of its key beside its own, as tests compare them. */
export type KeyHit = Match & Verification

export const withKey = (hit: Match): KeyHit => ({ ...hit.key, ...hit })
