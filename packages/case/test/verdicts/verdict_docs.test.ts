import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { REASONS, VERDICTS } from '../../src/verdicts/match/reasons.ts'

const text = readFileSync(new URL('../../../../docs/verdicts.md', import.meta.url), 'utf8')

/** Text below a heading, up to the next of its rank. */
function section(heading: string): string {
  const start = text.indexOf(`\n${heading}\n`)
  if (start === -1) return ''
  const rest = text.slice(start + heading.length + 2)
  const end = rest.search(/^#{2,3} /mu)
  return (end === -1 ? rest : rest.slice(0, end)).replaceAll(/\s+/gu, ' ')
}

describe('docs/verdicts.md', () => {
  for (const verdict of VERDICTS)
    it(`has a part on ${verdict}`, () => {
      assert.ok(text.includes(`\n## ${verdict}\n`))
    })

  for (const { reason } of REASONS)
    it(`says what ${reason} means, cannot mean and what would settle it`, () => {
      const body = section(`### ${reason}`)
      for (const label of ['**Means**', '**Cannot mean**', '**Settled by**'])
        assert.ok(body.includes(label), `${label} of ${reason}`)
    })

  it('names no reason that there is not', () => {
    const named = [...text.matchAll(/^### (.+)$/gmu)].map((match) => match[1])
    assert.deepEqual(
      named,
      REASONS.map(({ reason }) => reason),
    )
  })
})
