/** Never has a value. Its contract is `docs/schema/mintmark-scrub-1.schema.json`. */
import type { Container, Flaw, Range } from '@mintmark/dump'
import type { Certainty, KeyKind } from '@mintmark/keys/material/key_kind'
import type { KeyId } from '@mintmark/keys/public_half/key_id'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import type { Finding } from '@mintmark/scan/findings/finding'
import type { ClassPolicy } from '@mintmark/scan/findings/policy'
import type { ScanLimit } from '@mintmark/scan/report/scan_limits'
import type { Location } from '@mintmark/scan/report/segment_finder'

export interface ErasedValue {
  /** `p`, `dp`, `montgomery-r2-mod-p` … or `structure` for a whole PEM, DER, JWK … */
  readonly value: string
  readonly encoding: string
  readonly locations: number
  readonly bytes: number
  /** How many of `locations` are only a part of the value. */
  readonly pieces: number
  readonly at: readonly Location[]
}

/**
 * - `erased`: a complete search of the output found none of its values in any encoding.
 * - `absent`: it was given, and a complete search found nothing private of it.
 * - `not-found`: nothing private of it was found, but the search was not complete.
 * - `kept`: a published test key, left where it was.
 * - `remains`: something of it is left.
 */
export type Verdict = 'erased' | 'absent' | 'not-found' | 'kept' | 'remains'

/** Not in a clean output. Of a key not found only vector registers are known. */
export interface PartsExcluded {
  /** No part of a value of so many bits is in memory; null where that is unknown. */
  readonly memoryBits: number | null
  readonly generalRegisterBits: number | null
  /** Floating-point and vector registers that the container lists are zeros. */
  readonly vectorRegisters: boolean
}

export interface ScrubbedKey {
  readonly kind: KeyKind
  readonly bits: number
  readonly keyId: KeyId | undefined
  readonly isGiven: boolean
  readonly note: Finding['note']
  readonly verdict: Verdict
  readonly statement: string
  readonly partsExcluded: PartsExcluded
  readonly values: readonly ErasedValue[]
  /** Pieces in headers and names, which are not changed. */
  readonly inStructure: readonly (Location & {
    readonly value: string
    readonly encoding: string
  })[]
}

/** Erased without a verified key: unverified keys, tokens, encrypted keys. */
export interface ErasedSecret extends Location {
  readonly kind: KeyKind
  readonly encoding: string
  readonly certainty: Certainty
  readonly note: Finding['note']
}

export interface Remainder {
  readonly code:
    | 'key-found'
    | 'piece-found'
    | 'in-structure'
    | 'search-cut'
    | 'too-many-keys'
    | 'too-many-pieces'
  readonly message: string
  readonly locations: readonly Location[]
}

export interface ScrubReport {
  readonly schema: 'mintmark-scrub/1'
  readonly file: string
  readonly size: number
  readonly container: Container
  readonly isClean: boolean
  /** Empty if it is clean. */
  readonly remainders: readonly Remainder[]
  readonly keys: readonly ScrubbedKey[]
  readonly otherSecrets: readonly ErasedSecret[]
  readonly moreOtherSecrets: number
  readonly erased: {
    readonly ranges: readonly Range[]
    readonly bytes: number
    /** Floating-point and vector registers, erased whatever they contain. */
    readonly vectorRegisters: { readonly locations: number; readonly bytes: number }
  }
  readonly verification: {
    /** Scans of the result; the last one found nothing if it is clean. */
    readonly deepScans: number
    /** Bytes that the last scan searched, without holes of a sparse file. */
    readonly scannedBytes: number
    /** Verified private keys that the last scan found, without published test keys. */
    readonly findings: number
    readonly published: number
    readonly limits: readonly ScanLimit[]
  }
  readonly flaws: readonly Flaw[]
}

export interface ScrubProgress {
  readonly step: 'searching' | 'verifying'
  /** Of this step: it begins anew with each scan. */
  readonly doneBytes: number
  readonly totalBytes: number
}

export interface ScrubOptions {
  /** Their private halves are searched for in every encoding, and the report answers for each. */
  readonly publicKeys?: readonly PublicKey[]
  readonly threads?: number
  readonly onProgress?: (progress: ScrubProgress) => void
  /** Erase published test keys too. They are part of programs and public. */
  readonly published?: boolean
  /** Leave tokens, encrypted keys and keystores where they are. */
  readonly keepLesser?: boolean
  /** Values in headers and names too; otherwise what reveals a key there is not clean. */
  readonly structureToo?: boolean
  /** Accept a search that was cut short; the report says so in `verification.limits`. */
  readonly acceptCut?: boolean
  /** Leave unverified keys that contain nothing of a verified key. */
  readonly keepCandidates?: boolean
}

export interface Scrubbed {
  /** Sorted, disjoint; of structure only registers, and values if the options ask for it. */
  readonly erased: readonly Range[]
  readonly report: ScrubReport
  /** Whether the erased input is clean: a complete search found no verified key in it. */
  readonly isClean: boolean
  /** The class of all that is erased, by the policy of scans. */
  readonly counts: ClassPolicy['counts']
}
