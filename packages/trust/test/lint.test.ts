/** `trust lint`: each rule on its own examples, and hostile files. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { type LintReport, lint, readRules } from '../src/lint/index.ts'
import { scratch } from './made_keys.ts'

const rules = readRules()

async function linted(
  files: Readonly<Record<string, string | Buffer>>,
  isWithAll = false,
): Promise<LintReport> {
  const folder = scratch('lint')
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return await lint(folder, { rules, allow: [], nowMs: 0, isWithAll })
}

const idsOf = ({ findings }: LintReport) => findings.map(({ rule }) => rule)

describe('rules', () => {
  it('are at least 40, each of its own name', () => {
    assert.ok(rules.length >= 40)
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length)
  })

  for (const { id, example, bad, good } of rules)
    it(`${id} finds its bad example, and not its good one`, async () => {
      const found = await linted({ [example]: bad })
      assert.deepEqual(found.unread, [])
      assert.ok(idsOf(found).includes(id), `not found: ${idsOf(found)}`)
      const fine = await linted({ [example]: good })
      assert.deepEqual(fine.unread, [])
      assert.ok(!idsOf(fine).includes(id), 'found in the good example')
    })
})
