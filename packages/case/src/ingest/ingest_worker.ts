/**
 * Runs in a worker thread: bytes in, blocks of rows out. It imports little, because each thread compiles all of it
 * anew.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import {
  adapters,
  type DateProof,
  EvidenceReader,
  proveDateOrder,
  type ReadOptions,
  type Reject,
  withSharedOrder,
} from '@mintmark/logs/reader'
import { BlockSink } from './block_sink.ts'
import { ChunkQueue } from './chunk_queue.ts'
import { Flow } from './flow.ts'
import type { TableBlock } from './record_block.ts'
import type {
  Answer,
  ChunkTask,
  FileDates,
  PartSummary,
  SliceTask,
  SmallTask,
  StreamTask,
  Task,
} from './worker_protocol.ts'

/** Rows of a stream are handed over when they take about this much. */
const BLOCK_BYTES = 4 * 1024 * 1024

/** Used again by every task that begins and ends within one message: its columns keep their memory. */
const shared = new BlockSink()
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the pool gives
const flow = new Flow(workerData as SharedArrayBuffer)
const streams = new Map<number, Stream>()

interface Stream {
  readonly passes: Record<1 | 2, ChunkQueue>
  rejects: readonly Reject[]
}

function answer(message: Answer): void {
  const blocks = message.kind === 'rows' || message.kind === 'done' ? message.blocks : []
  const transferred = blocks.map(({ bytes }) => bytes.buffer)
  if (message.kind === 'done' && message.memory !== undefined) transferred.push(message.memory)
  parentPort?.postMessage(message, transferred)
}

function sendRows(sink: BlockSink, job: number): void {
  answer({ kind: 'rows', job, blocks: sink.take() })
  flow.given()
}

/** Gives on what waits, when it becomes too much before the task is done. */
function sendWhenFull(sink: BlockSink, job: number): void {
  sink.onMany = () => sendRows(sink, job)
}

async function readSmall({ job, files }: SmallTask): Promise<void> {
  sendWhenFull(shared, job)
  const parts: PartSummary[] = []
  for (const file of files) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, into the same columns
    const own = await proveDateOrder(once(file.bytes), adapters)
    const dates = withSharedOrder(own, file.sharedOrder)
    parts.push(readWhole(file, dates))
  }
  answer({ kind: 'done', job, blocks: shared.take(), parts, memory: undefined })
}

function readWhole(file: SmallTask['files'][number], dates: DateProof): PartSummary {
  shared.begin(file.evidenceId, file.identity)
  const reader = new EvidenceReader(shared, { dates })
  for (const reject of file.rejects) reader.containerReject(reject)
  reader.push(file.bytes)
  const summary = reader.end()
  const { statements } = shared
  return { evidenceId: file.evidenceId, summary, statements, dates: datesOf(dates) }
}

/** Undefined for a file whose dates need no order. */
function datesOf(dates: DateProof): FileDates | undefined {
  const { exporter, order, hasAmbiguous, isContradicted, isShared } = dates
  if (exporter === undefined) return undefined
  const header = exporter.columns.join('\0')
  return {
    shape: exporter.shape,
    header: header === '' ? '' : createHash('sha256').update(header).digest('hex'),
    own: isContradicted ? 'contradicted' : isShared === true ? 'unproven' : order,
    hasAmbiguous,
    shared: isShared === true ? order : 'unproven',
  }
}

function readSlice(task: SliceTask): void {
  const { job, evidenceId, identity, startLine, isLast } = task
  shared.begin(evidenceId, identity)
  sendWhenFull(shared, job)
  // A file is cut into slices only when its first row is known.
  const options: ReadOptions = { isSlice: true, isRecognised: true, startLine, isLast }
  const reader = new EvidenceReader(shared, options)
  reader.push(task.bytes)
  for (const reject of task.rejects) reader.containerReject(reject)
  const summary = reader.end()
  const parts = [{ evidenceId, summary, statements: shared.statements }]
  answer({ kind: 'done', job, blocks: shared.take(), parts, memory: task.bytes.buffer })
}

async function readStream({ job, evidenceId, identity, sharedOrder }: StreamTask): Promise<void> {
  const taken = (pass: 1 | 2) => () => answer({ kind: 'taken', job, pass })
  const stream: Stream = {
    passes: { 1: new ChunkQueue(taken(1)), 2: new ChunkQueue(taken(2)) },
    rejects: [],
  }
  streams.set(job, stream)
  const dates = withSharedOrder(await proveDateOrder(stream.passes[1], adapters), sharedOrder)
  answer({ kind: 'proven', job })
  const sink = new BlockSink()
  sink.begin(evidenceId, identity)
  sendWhenFull(sink, job)
  const reader = new EvidenceReader(sink, { dates })
  for await (const chunk of stream.passes[2]) {
    reader.push(chunk)
    if (sink.bytes > BLOCK_BYTES) sendRows(sink, job)
  }
  streams.delete(job)
  for (const reject of stream.rejects) reader.containerReject(reject)
  const summary = reader.end()
  const blocks: TableBlock[] = sink.take()
  const parts = [{ evidenceId, summary, statements: sink.statements, dates: datesOf(dates) }]
  answer({ kind: 'done', job, blocks, parts, memory: undefined })
}

function takeChunk({ job, pass, bytes, rejects }: ChunkTask): void {
  const stream = streams.get(job)
  if (stream === undefined) return
  if (bytes !== undefined) stream.passes[pass].push(bytes)
  else {
    stream.rejects = rejects
    stream.passes[pass].end()
  }
}

async function run(task: Task): Promise<void> {
  switch (task.kind) {
    case 'small':
      return await readSmall(task)
    case 'slice':
      return readSlice(task)
    case 'stream':
      return await readStream(task)
    case 'chunk':
      return takeChunk(task)
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield await Promise.resolve(bytes)
}

/** Tasks that use the shared columns run one after the other. */
let last: Promise<void> = Promise.resolve()

parentPort?.on('message', (task: Task) => {
  const started =
    task.kind === 'small' || task.kind === 'slice' ? last.then(() => run(task)) : run(task)
  const settled = Promise.resolve(started).catch((error: unknown) => {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const evidenceId = 'evidenceId' in task ? task.evidenceId : shared.evidenceId
    answer({ kind: 'failed', job: task.job, evidenceId, message })
  })
  if (task.kind === 'small' || task.kind === 'slice') last = settled
})
