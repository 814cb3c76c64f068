import { adapters as allAdapters } from './adapters.ts'
import { proveDateOrder } from './date_order.ts'
import type { EvidenceSource } from './files/evidence_source.ts'
import type { Adapter } from './model/adapter.ts'
import type { RecordSink } from './model/records.ts'
import { EvidenceReader, type EvidenceSummary } from './reader.ts'

/**
 * Reads a whole source into a sink: for the order of its dates first, where its adapter needs that,
 * then for its records. Memory is bounded whatever the source holds.
 * @throws {MintmarkError} `INPUT_UNREADABLE`
 */
export async function readEvidence(
  source: EvidenceSource,
  sink: RecordSink,
  adapters: readonly Adapter[] = allAdapters,
): Promise<EvidenceSummary> {
  const dates = await proveDateOrder(source.open(), adapters)
  const reader = new EvidenceReader(sink, { adapters, dates })
  const { refused } = source
  if (refused !== undefined) reader.badFile(refused.reason, refused.detail, 1)
  for await (const chunk of source.open((reject) => reader.containerReject(reject)))
    reader.push(chunk)
  return reader.end()
}
