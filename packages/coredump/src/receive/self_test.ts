/** Takes a synthetic core through every step but the last, to check that one would be written. */
import { closeSync } from 'node:fs'
import { MintmarkError } from '@mintmark/core'
import { BLOCK_BYTES } from '@mintmark/scan/buffer/buffer_layout'
import { CoreBuffer, fixedShare } from '@mintmark/scan/buffer/core_buffer'
import { writeCompressed } from './compress.ts'
import type { Gate } from './gate.ts'

/** More than the memory limit here, so that the file is used too. */
const BLOCKS = 3

/** Buffers, scrubs and writes bytes without a key, and removes them. @throws as for a lost core */
export async function selfTest({ spool, compression, loadScrub }: Gate): Promise<void> {
  const entry = spool.begin('self-test')
  const buffer = new CoreBuffer({ folder: entry.folder, memory: fixedShare(0) })
  try {
    for (let i = 0; i < BLOCKS; i++) buffer.take(Buffer.alloc(BLOCK_BYTES, i))
    const scrub = await loadScrub()
    const { erased, isClean } = await scrub(buffer.input(), 'self-test')
    if (!isClean) throw new MintmarkError('GATE_UNFIT', 'bytes without a key could not be scrubbed')
    const file = entry.create('self-test')
    try {
      await writeCompressed(buffer.input(), erased, { file, compression, check: () => {} })
    } finally {
      closeSync(file)
    }
  } finally {
    buffer.wipe()
    entry.discard()
  }
}
