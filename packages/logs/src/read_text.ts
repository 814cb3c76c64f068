/**
 * Reads the text of one file into records: what a thread that reads logs uses of this package. It
 * loads nothing that looks for files or opens what they are packed in.
 */

export { adapters } from './adapters.ts'
export { type DateProof, proveDateOrder, withSharedOrder } from './date_order.ts'
export type { Reject } from './model/records.ts'
export { EvidenceReader, type ReadOptions } from './reader.ts'
