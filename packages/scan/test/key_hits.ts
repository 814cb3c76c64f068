import type { Verification } from '@mintmark/keys/material/verification'
import type { Detected } from '../src/anchors/detected.ts'

/** A hit with the facts of its key beside its own, as tests compare them. */
export type KeyHit = Detected & Verification

export const withKey = (hit: Detected): KeyHit => ({ ...hit.key, ...hit })
