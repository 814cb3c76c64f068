/** Runs in a worker thread: bytes in, blocks of rows out. It imports little: each thread compiles it anew. */
import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { MintmarkError } from '@mintmark/core'
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
import {
  type Answer,
  type Done,
  type FileDates,
  Flow,
  giveBack,
  type PartSummary,
  type SmallFile,
  type Task,
} from './worker_protocol.ts'

const BLOCK_BYTES = 4 * 1024 * 1024
const sink = new BlockSink()
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the pool gives
const flow = new Flow(workerData as SharedArrayBuffer)

function answer(message: Answer): void {
  const blocks = message.kind === 'rows' || message.kind === 'done' ? message.blocks : []
  parentPort?.postMessage(
    message,
    blocks.map(({ bytes }) => bytes.buffer),
  )
}

function sendRows(job: number): void {
  answer({ kind: 'rows', job, blocks: sink.take() })
  flow.given()
}

function partOf(evidenceId: number, reader: EvidenceReader, dates?: DateProof): PartSummary {
  const summary = reader.end()
  const { statements } = sink
  return { evidenceId, summary, statements, dates: dates && datesOf(dates) }
}

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

async function readSmall(file: SmallFile): Promise<PartSummary> {
  const own = await proveDateOrder(once(file.bytes), adapters)
  const dates = withSharedOrder(own, file.sharedOrder)
  sink.begin(file.evidenceId, file.identity)
  const reader = new EvidenceReader(sink, { dates })
  for (const reject of file.rejects) reader.containerReject(reject)
  reader.push(file.bytes)
  return partOf(file.evidenceId, reader, dates)
}

function readSlice(task: Extract<Task, { kind: 'slice' }>): PartSummary {
  sink.begin(task.evidenceId, task.identity)
  const { startLine, isLast } = task
  const options: ReadOptions = { isSlice: true, isRecognised: true, startLine, isLast }
  const reader = new EvidenceReader(sink, options)
  reader.push(task.bytes)
  for (const reject of task.rejects) reader.containerReject(reject)
  return partOf(task.evidenceId, reader)
}

async function readLarge(task: Extract<Task, { kind: 'large' }>): Promise<Done> {
  const { job, evidenceId, path } = task
  const { evidenceAt } = await import('@mintmark/logs')
  const source = await evidenceAt(path)
  if (source === undefined)
    throw new MintmarkError('INPUT_UNREADABLE', `${path} is gone`, { path, errno: 'ENOENT' })
  const dates = withSharedOrder(await proveDateOrder(source.open(), adapters), task.sharedOrder)
  sink.begin(evidenceId, task.identity)
  const reader = new EvidenceReader(sink, { dates })
  const hash = createHash('sha256')
  const rejects: Reject[] = []
  for await (const chunk of source.open((reject) => rejects.push(reject))) {
    hash.update(chunk)
    answer({ kind: 'read', job, bytes: chunk.length })
    reader.push(chunk)
    if (sink.bytes > BLOCK_BYTES) sendRows(job)
  }
  for (const reject of rejects) reader.containerReject(reject)
  return { parts: [partOf(evidenceId, reader, dates)], sha256: hash.digest('hex') }
}

async function run(task: Task): Promise<Done> {
  if (task.kind === 'large') return await readLarge(task)
  if (task.kind === 'slice') {
    const parts = [readSlice(task)]
    giveBack([task.bytes])
    return { parts }
  }
  const parts: PartSummary[] = []
  for (const file of task.files) parts.push(await readSmall(file))
  return { parts }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield await Promise.resolve(bytes)
}

async function perform(task: Task): Promise<void> {
  const { job } = task
  sink.onMany = () => sendRows(job)
  try {
    const done = await run(task)
    answer({ kind: 'done', job, blocks: sink.take(), done })
  } catch (cause) {
    const isUnread = cause instanceof MintmarkError && cause.code === 'INPUT_UNREADABLE'
    const errno = isUnread ? String(cause.facts['errno'] ?? '') : undefined
    const message = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    const evidenceId = 'evidenceId' in task ? task.evidenceId : sink.evidenceId
    answer({ kind: 'failed', job, evidenceId, message, errno })
  }
}

let last: Promise<void> = Promise.resolve()

parentPort?.on('message', (task: Task) => {
  last = last.then(() => perform(task))
})
