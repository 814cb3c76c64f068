/**
 * What a scrub says of what it did: offsets, names and counts, never a value.
 *
 * `docs/schema/mintmark-scrub-1.schema.json` is the contract. @module
 */
import type { Container, Flaw, Owner, Range } from '@mintmark/dump'
import type { Certainty, KeyKind } from '@mintmark/keys/material/key_kind'
import type { KeyId } from '@mintmark/keys/public_half/key_id'
import type { Finding } from '@mintmark/scan/findings/finding'
import type { ScanLimit } from '@mintmark/scan/report/scan_limits'

/** An offset of the dump. */
export interface Location {
  /** From the file's start. */
  readonly offset: number
  readonly length: number
  /** In the process as 0x-hex; undefined where the dump does not say. */
  readonly address: string | undefined
  readonly owner: Owner | undefined
}

/** One value of a key in one spelling: where it was. */
export interface ErasedValue {
  /** `p`, `dp`, `montgomery-r2-mod-p` … or `structure` for a whole PEM, DER, JWK … */
  readonly value: string
  readonly form: string
  readonly places: number
  readonly bytes: number
  /** Those of `offsets` that are not the whole of the value. */
  readonly pieces: number
  /** The first of them. */
  readonly at: readonly Location[]
}

/**
 * What is said of a key in the output.
 *
 * - `erased`: it was found; every value of it in every spelling was searched for again, to the end, and none is left.
 * - `absent`: it was given, and nothing private of it was found, by a search that nothing cut short.
 * - `not-found`: nothing private of it was found, but the search does not prove that there is nothing.
 * - `kept`: a published test key, left where it was.
 * - `remains`: something of it is left.
 */
export type Verdict = 'erased' | 'absent' | 'not-found' | 'kept' | 'remains'

/**
 * Parts of a key's values that are not in the output, as far as it is clean: of a key that was not found no part can be known,
 * save that vector registers hold nothing.
 */
export interface PartsExcluded {
  /** Bits in a row of a value that memory does not hold, nor as many or more; null where that could not be searched for. */
  readonly memoryBits: number | null
  /** The same of general registers. */
  readonly generalRegisterBits: number | null
  /** Contents of floating-point and vector registers, as far as the container says where they are, are zeros. */
  readonly vectorRegisters: boolean
}

export interface ScrubbedKey {
  readonly kind: KeyKind
  readonly bits: number
  readonly keyId: KeyId | undefined
  /** It was among the public keys given. */
  readonly isGiven: boolean
  readonly note: Finding['note']
  readonly verdict: Verdict
  /** The verdict in words, with what it rests on. */
  readonly statement: string
  readonly partsExcluded: PartsExcluded
  readonly values: readonly ErasedValue[]
  /** Pieces in what describes the dump, which is not changed. */
  readonly inStructure: readonly (Location & { readonly value: string; readonly form: string })[]
}

/** What was erased though no key proves it: candidates, tokens, encrypted keys. */
export interface ErasedOther extends Location {
  readonly kind: KeyKind
  readonly form: string
  readonly certainty: Certainty
  readonly note: Finding['note']
}

/** Why an output is not clean. */
export interface Remainder {
  readonly code:
    | 'key-found'
    | 'piece-found'
    | 'in-structure'
    | 'search-cut'
    | 'too-many-keys'
    | 'too-many-pieces'
  readonly message: string
  readonly places: readonly Location[]
}

export interface ScrubReport {
  readonly schema: 'mintmark-scrub/1'
  readonly file: string
  /** Bytes. */
  readonly size: number
  readonly container: Container
  readonly isClean: boolean
  /** Empty if it is clean. */
  readonly remainders: readonly Remainder[]
  readonly keys: readonly ScrubbedKey[]
  readonly others: readonly ErasedOther[]
  /** Others beyond those that the list holds. */
  readonly moreOthers: number
  readonly erased: {
    readonly ranges: readonly Range[]
    readonly bytes: number
    /**
     * Of them contents of floating-point and vector registers, which are erased whatever they contain: one range a set
     * of them.
     */
    readonly vectorRegisters: { readonly places: number; readonly bytes: number }
  }
  readonly verification: {
    /** Scans of the result, the last of which found nothing if it is clean. */
    readonly deepScans: number
    /** Bytes that the last of them searched; holes of a sparse file are not counted. */
    readonly scannedBytes: number
    /** Private keys, verified, that the last of them found, published test keys not counted. */
    readonly findings: number
    /** Published test keys that were left. */
    readonly published: number
    /** What the last of them did not examine. */
    readonly limits: readonly ScanLimit[]
  }
  readonly flaws: readonly Flaw[]
}
