/**
 * The threads that a minidump lists: their stacks are memory, their registers are not.
 *
 * @module
 */
import type { Reader } from '@mintmark/core'
import type { Layout } from '../memory/layout.ts'
import { askReader, type Reading } from '../memory/reading.ts'
import type { Range } from '../memory/segment.ts'
import { eachListed, readLocation } from './minidump_lists.ts'

const THREAD_BYTES = 48
const THREAD_EX_BYTES = 64
const EXCEPTION_BYTES = 168
/** The widest, of x86-64 with all vector state, is below 16 KiB. */
const MAX_CONTEXT_BYTES = 1 << 16

export function* readThreadList(stream: Range, layout: Layout): Reading<void> {
  const addThread = (row: Reader): void => readThread(row, layout)
  layout.addFact(
    'threads',
    yield* eachListed(stream, THREAD_BYTES, 'ThreadList', layout, addThread),
  )
}

/** Itanium's form of the list: each thread has a second stack, for registers. */
export function* readThreadExList(stream: Range, layout: Layout): Reading<void> {
  yield* eachListed(stream, THREAD_EX_BYTES, 'ThreadExList', layout, (row) => {
    readThread(row, layout)
    const address = row.u64()
    const { offset, length } = readLocation(row)
    if (offset > 0) layout.addMemory(offset, length, address)
  })
}

function readThread(row: Reader, layout: Layout): void {
  const name = String(row.u32())
  row.skip(20) // suspend count, priority and the address of the environment block
  const address = row.u64()
  const { offset, length } = readLocation(row)
  if (length > 0) {
    // With all memory in the dump, the stack is only named here, and is in a longer run.
    layout.addStack(address, name)
    if (offset > 0) layout.addMemory(offset, length, address, { kind: 'stack', name })
  }
  addContext(readLocation(row), layout)
}

function addContext(context: Range, layout: Layout): void {
  if (context.offset > 0 && context.length <= MAX_CONTEXT_BYTES) layout.addContext(context)
}

/** The thread that crashed, and its registers at that moment. */
export function* readException(stream: Range, layout: Layout): Reading<void> {
  const wanted = Math.min(stream.length, EXCEPTION_BYTES)
  const record = yield* askReader(stream.offset, wanted, layout.isLittleEndian)
  if (record.left < EXCEPTION_BYTES) {
    layout.addFlaw('stream-damaged', 'Exception is cut', { offset: stream.offset })
    return
  }
  layout.addFact('thread', record.u32())
  addContext(readLocation(record.seek(EXCEPTION_BYTES - 8)), layout)
}
