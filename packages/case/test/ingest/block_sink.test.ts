import assert from 'node:assert/strict'
import { it } from 'node:test'
import { BlockSink } from '../../src/ingest/block_sink.ts'

it('rejects do not pile up: a slice of junk has millions of them', () => {
  const sink = new BlockSink()
  let most = 0
  let rows = 0
  const take = () => {
    most = Math.max(most, sink.bytes)
    for (const block of sink.take()) rows += block.rows
  }
  sink.onMany = take
  const pushed = 1_000_000
  for (let line = 1; line <= pushed; line++)
    sink.reject({ kind: 'row', reason: 'not-an-object', detail: '' }, line)
  take()
  assert.equal(rows, pushed)
  assert.ok(most < 16 * 1024 * 1024, `${most} bytes waited`)
})
