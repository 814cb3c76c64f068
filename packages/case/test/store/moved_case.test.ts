import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { type Answer, answer, openCase } from '../../src/index.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-moved-'))
after(() => rmSync(root, { recursive: true, force: true }))

async function answerAt(place: string): Promise<{ given: Answer; steps: readonly string[] }> {
  const opened = await openCase(place)
  const steps: string[] = []
  try {
    return { given: await answer(opened, {}, { onStep: (step) => steps.push(step) }), steps }
  } finally {
    await opened.close()
  }
}

it('a case that was moved keeps its answer, and says where it is now', async () => {
  const [first, second] = [join(root, 'first'), join(root, 'second')]
  const before = await answerAt(first)
  assert.ok(before.steps.length > 0)
  renameSync(first, second)
  const { given, steps } = await answerAt(second)
  assert.deepEqual(steps, [])
  assert.deepEqual(given, { ...before.given, case: second })
})
