import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { countLines } from '@mintmark/logs'
import * as fc from 'fast-check'
import { type PlainSlice, plainSlices, SliceMemory } from '../../src/ingest/plain_slices.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)
const folder = mkdtempSync(join(tmpdir(), 'mintmark-slices-'))
const file = join(folder, 'file')
after(() => rmSync(folder, { recursive: true, force: true }))

/** Slices, each copied and its memory given back at once, as a worker does that is quick. */
async function slicesOf(content: string, sliceBytes: number) {
  writeFileSync(file, content)
  const memory = new SliceMemory(sliceBytes)
  const hash = createHash('sha256')
  const slices: (PlainSlice & { readonly text: string })[] = []
  let reported = 0
  for await (const slice of plainSlices(file, memory, hash, (bytes) => {
    reported += bytes
  })) {
    slices.push({ ...slice, text: Buffer.from(slice.bytes).toString('latin1') })
    memory.give(slice.bytes.buffer)
  }
  return { slices, reported, sha256: hash.digest('hex') }
}

const line = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((length) => `{"a":"${'x'.repeat(length)}"}`),
  fc.constantFrom('', '{', '}', '{}\r', 'x', '[', '{"a":1},', '{"b":"}'),
)

describe('plain slices', () => {
  it('are the whole file, cut between objects, each with its line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 40 }),
        fc.boolean(),
        fc.integer({ min: 8, max: 100 }),
        async (lines, endsWithNewline, sliceBytes) => {
          const content = lines.join('\n') + (endsWithNewline ? '\n' : '')
          const { slices, reported, sha256 } = await slicesOf(content, sliceBytes)
          assert.equal(slices.map(({ text }) => text).join(''), content)
          assert.equal(sha256, createHash('sha256').update(content).digest('hex'))
          assert.equal(reported, content.length)
          let before = ''
          for (const [index, { text, startLine, isLast }] of slices.entries()) {
            assert.equal(startLine, 1 + countLines(Buffer.from(before)))
            assert.equal(isLast, index === slices.length - 1)
            if (before !== '' && text !== '')
              assert.match(`${before.slice(-3)}|${text[0]}`, /\}\r?\n\|\{/u)
            before += text
          }
        },
      ),
      { numRuns },
    )
  })

  it('of a file that is not there are an error with its name', async () => {
    const missing = join(folder, 'missing')
    const slices = plainSlices(missing, new SliceMemory(64), createHash('sha256'), () => {})
    await assert.rejects(slices.next(), {
      code: 'INPUT_UNREADABLE',
      facts: { path: missing, errno: 'ENOENT' },
    })
  })
})
