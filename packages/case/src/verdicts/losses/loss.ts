/**
 * What a loss is.
 *
 * @module
 */

export type Side = 'issuance' | 'access'

export type LossCode =
  /** Rows or records that could not be read. */
  | 'rejected-rows'
  /** Records of which only the begin could be read, which does not say whose mailbox it was. */
  | 'cut-records'
  | 'row-cap'
  | 'next-link'
  | 'result-count-short'
  | 'ends-early'
  | 'extractor-gap'
  /** A silence that is too long for the log's own pace. */
  | 'hole'

export interface Loss {
  readonly side: Side
  /** `''` where the evidence does not show it. */
  readonly source: string
  /** Issuance: the category. Access: the service. `''`: all of that side. */
  readonly category: string
  /** Issuance: the owner. Access: the tenant. `''`: it may be any. */
  readonly tenant: string
  /** 0 for a hole, which is in no file. */
  readonly evidenceId: number
  readonly code: LossCode
  /** Half-open; `ALL_TIME` where the evidence gives no time. */
  readonly fromMs: number
  readonly toMs: number
  /** How many are lost; 0 where nobody knows. Losses of one file, code and time share their records. */
  readonly records: number
}

/** What the table `loss` can hold: 1970 until the end of 2299. */
export const ALL_TIME: { readonly fromMs: number; readonly toMs: number } = {
  fromMs: 0,
  toMs: Date.UTC(2299, 11, 31),
}
